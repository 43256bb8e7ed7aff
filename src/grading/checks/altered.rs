//! Values of cookies that no copy has given to anybody, but that look as if one had.

/// Values in the forms of well-known programs: of this one, of Express, and bare ids. Each is
/// made up, and so is its signature.
pub(super) const MADE_UP: [&str; 3] = [
    "bm9ib2R5IGhhcyBzaWduZWQgdGhpcywgYXQgYWxsISE=bWFkZS11cCBpZCAxNmJ5dA",
    "s%3Ainvented-by-a-check-of-a-class01.bm9ib2R5IGhhcyBzaWduZWQgdGhpcywgYXQgYWxsISE",
    "3f1c5a0e-7d62-4b1e-9a54-0c8e2f6b7d19",
];

/// Another value of the same form: each letter and each digit is another one of its kind.
pub(super) fn reshaped(value: &str) -> String {
    with_each(value, next_of_its_kind)
}

/// The value with one character changed, at several places; with its last one cut off; with
/// capitals for small letters, and the other way round.
pub(super) fn tampered(value: &str) -> Vec<String> {
    let places: Vec<_> = plain(value).collect();
    let changed = [1, 2, 3].map(|quarter| {
        let (place, letter) = *places.get(places.len() * quarter / 4)?;
        let mut text = value.to_owned();
        text.replace_range(place..=place, &next_of_its_kind(letter).to_string());
        Some(text)
    });
    let mut all: Vec<_> = changed.into_iter().flatten().collect();
    let mut shorter = value.to_owned();
    shorter.pop();
    all.extend([shorter, with_each(value, in_the_other_case)]);
    all.retain(|text| text != value && !text.is_empty());
    all.dedup();
    all
}

fn with_each(value: &str, change: fn(char) -> char) -> String {
    let mut text = value.to_owned();
    for (place, letter) in plain(value) {
        text.replace_range(place..=place, change(letter).encode_utf8(&mut [0; 4]));
    }
    text
}

/// The letters and digits that are no part of an escape such as `%3A`, each with its place.
fn plain(value: &str) -> impl Iterator<Item = (usize, char)> {
    let bytes = value.as_bytes();
    let letters = value.char_indices();
    letters.filter(move |&(place, letter)| {
        let escaped = bytes[place.saturating_sub(2)..place].contains(&b'%');
        letter.is_ascii_alphanumeric() && !escaped
    })
}

/// The next one. Hexadecimal digits stay such ones, so that an id still looks like one.
fn next_of_its_kind(letter: char) -> char {
    match letter {
        '9' => '0',
        'f' => 'a',
        'F' => 'A',
        'z' => 'g',
        'Z' => 'G',
        _ => char::from_u32(u32::from(letter) + 1).unwrap_or(letter),
    }
}

fn in_the_other_case(letter: char) -> char {
    match letter.is_ascii_uppercase() {
        true => letter.to_ascii_lowercase(),
        false => letter.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reshaped_value_has_the_form_and_no_letter_of_the_old_one() {
        let value = "s%3AaZ09-fFgz.G+/=";
        assert_eq!(reshaped(value), "t%3AbG10-aAhg.H+/=");
    }

    #[test]
    fn a_tampered_value_differs_at_one_place_or_is_shorter_or_in_other_letters() {
        assert_eq!(
            tampered("s%3Aab.Cd"),
            [
                "s%3Abb.Cd",
                "s%3Aac.Cd",
                "s%3Aab.Dd",
                "s%3Aab.C",
                "S%3AAB.cD"
            ]
        );
    }

    #[test]
    fn odd_values_give_no_empty_and_no_equal_ones() {
        for value in ["", "1", "%", "ä€", "%3A", "%%a"] {
            let all = tampered(value);
            assert!(
                !all.iter().any(|text| text == value || text.is_empty()),
                "{all:?}"
            );
            reshaped(value);
        }
    }

    #[test]
    fn what_is_made_up_looks_like_the_cookies_of_two_programs() {
        assert_eq!(MADE_UP[0].len(), 44 + 22);
        let (id, signature) = MADE_UP[1].rsplit_once('.').unwrap();
        assert_eq!((id.len(), signature.len()), ("s%3A".len() + 32, 43));
    }
}

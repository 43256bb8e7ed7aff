//! Colours for what is typed into a shell: commands, strings, comments.

use super::part;

/// A listing as HTML.
pub(super) fn coloured(listing: &str) -> String {
    listing.split_inclusive('\n').map(line).collect()
}

/// A line; the lessons have no string that goes on in the next one.
fn line(line: &str) -> String {
    let (command, rest) = line.split_at(line.find([' ', '\n']).unwrap_or(line.len()));
    if command.starts_with('#') {
        return part(line, Some("hl-comment"));
    }
    let mut html = part(command, Some("hl-entity").filter(|_| !command.is_empty()));
    let mut rest = rest;
    while let Some(start) = rest.find(['"', '\'', '#']) {
        let (before, from) = rest.split_at(start);
        html += &part(before, None);
        let (length, class) = match &from[..1] {
            // Within a word it is a part of that.
            "#" if !before.ends_with(' ') => (1, None),
            "#" => (from.trim_end_matches('\n').len(), Some("hl-comment")),
            quote => {
                let end = from[1..].find(quote);
                (end.map_or(from.len(), |end| end + 2), Some("hl-string"))
            }
        };
        html += &part(&from[..length], class);
        rest = &from[length..];
    }
    html + &part(rest, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_strings_and_comments_have_their_colours() {
        let listing = "curl -b jar 'https://a/#b' c#d # asks\n# → 1\n";
        assert_eq!(
            coloured(listing),
            "<span class=\"hl-entity\">curl</span> -b jar \
             <span class=\"hl-string\">'https://a/#b'</span> c#d \
             <span class=\"hl-comment\"># asks</span>\n\
             <span class=\"hl-comment\"># → 1\n</span>"
        );
    }
}

//! PINs: argon2 hashes, made and compared a few at a time.
//!
//! A hash is meant to cost memory and time. Two at once use 38 MiB and leave a small host its
//! breath; a class that logs in at the same minute waits in a queue, and the queue has an end.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{self, Output, ParamsString, PasswordHash, Salt, SaltString},
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many are worked on at once.
const AT_ONCE: usize = 2;
/// How many more may wait.
const QUEUE: usize = 64;
/// What a hash in a quiz file may cost at most: memory in KiB, passes, lanes.
const MOST: (u32, u32, u32) = (256 * 1024, 16, 8);

/// A hash that no pin fits: an unknown name takes as long as a known one.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What cannot be a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pin has 4 to 64 characters")]
pub struct PinError;

/// Why there is no hash of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The system has no random bytes for the salt.
    #[error("no random bytes for a salt: {0}")]
    Salt(getrandom::Error),
    /// The system has no memory.
    #[error("the pin cannot be hashed: {0}")]
    Hash(password_hash::Error),
}

/// Why no pin was compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unchecked {
    /// Too many wait already.
    #[error("too many logins at once")]
    Busy,
    /// The system has no memory or no random bytes.
    #[error("{0}")]
    Failed(String),
}

/// A pin of 4 to 64 characters.
///
/// # Errors
/// Any other length.
pub fn parse(text: &str) -> Result<SecretString, PinError> {
    match (4..=64).contains(&text.chars().count()) {
        true => Ok(text.into()),
        false => Err(PinError),
    }
}

/// The hash of `pin` as it stands in a quiz file: argon2id with a random salt.
///
/// # Errors
/// The system has no memory or no random bytes.
pub fn hash(pin: &SecretString) -> Result<String, HashError> {
    hash_in(&mut Memory::new(), pin)
}

/// What a hash works in. Each needs 19 MiB; made afresh for each, on one thread or another, they
/// stay with the allocator: three quarters of a GiB after 2,000 logins.
type Memory = Vec<Block>;

fn hash_in(memory: &mut Memory, pin: &SecretString) -> Result<String, HashError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(HashError::Salt)?;
    let mut hash = || {
        let argon2 = Argon2::default();
        let output = derived(memory, &argon2, pin, &salt, Params::DEFAULT_OUTPUT_LEN)?;
        let salt = SaltString::encode_b64(&salt)?;
        let hash = PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(argon2.params())?,
            salt: Some(salt.as_salt()),
            hash: Some(output),
        };
        Ok(hash.to_string())
    };
    hash().map_err(HashError::Hash)
}

fn derived(
    memory: &mut Memory,
    argon2: &Argon2<'_>,
    pin: &SecretString,
    salt: &[u8],
    length: usize,
) -> password_hash::Result<Output> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let mut output = vec![0; length];
    let pin = pin.expose_secret().as_bytes();
    argon2.hash_password_into_with_memory(pin, salt, &mut output, &mut memory[..blocks])?;
    Output::new(&output)
}

/// Whether `text` is a hash that can be compared with at a cost that a host can bear.
pub(super) fn is_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else {
        return false;
    };
    let bearable = Params::try_from(&hash).is_ok_and(|params| {
        let (memory, passes, lanes) = MOST;
        params.m_cost() <= memory && params.t_cost() <= passes && params.p_cost() <= lanes
    });
    Algorithm::try_from(hash.algorithm).is_ok() && hash.hash.is_some() && bearable
}

fn fits(memory: &mut Memory, pin: &SecretString, hash: &str) -> bool {
    let mut again = || {
        let hash = PasswordHash::new(hash).ok()?;
        let version = hash
            .version
            .map_or(Ok(Version::default()), Version::try_from);
        let algorithm = Algorithm::try_from(hash.algorithm).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let argon2 = Argon2::new(algorithm, version.ok()?, params);
        let mut salt = [0; Salt::MAX_LENGTH];
        let salt = hash.salt?.decode_b64(&mut salt).ok()?;
        let output = derived(memory, &argon2, pin, salt, hash.hash?.len()).ok()?;
        // Compared in constant time.
        Some(output == hash.hash?)
    };
    again().unwrap_or(false)
}

/// Where pins are compared and hashed.
#[derive(Debug)]
pub(super) struct PinDesk {
    working: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// Of those that are not at work.
    memory: Arc<Mutex<Vec<Memory>>>,
}

impl PinDesk {
    pub(super) fn new() -> Self {
        Self {
            working: Arc::new(Semaphore::new(AT_ONCE)),
            places: Arc::new(Semaphore::new(AT_ONCE + QUEUE)),
            memory: Arc::default(),
        }
    }

    /// Whether `hash` is that of `pin`.
    pub(super) async fn compare(
        &self,
        pin: SecretString,
        hash: SecretString,
    ) -> Result<bool, Unchecked> {
        self.work(move |memory| Ok(fits(memory, &pin, hash.expose_secret())))
            .await
    }

    /// The hash of `pin`.
    pub(super) async fn hash(&self, pin: SecretString) -> Result<SecretString, Unchecked> {
        let failed = |error: HashError| Unchecked::Failed(error.to_string());
        let hash = self.work(move |memory| hash_in(memory, &pin).map_err(failed));
        hash.await.map(SecretString::from)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> Result<T, Unchecked> + Send + 'static,
    ) -> Result<T, Unchecked> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Unchecked::Busy)?;
        let turn = self.working.clone().acquire_owned().await;
        let turn = turn.map_err(|error| Unchecked::Failed(error.to_string()))?;
        // The permits go along: a blocking job runs on although its visitor has left.
        let memory = self.memory.clone();
        let done = spawn_blocking(move || {
            let _until_done = (place, turn);
            let free = || memory.lock().unwrap_or_else(PoisonError::into_inner);
            let mut mine = free().pop().unwrap_or_default();
            let done = job(&mut mine);
            // More than usual was for a hash of somebody's own, and is given back.
            if mine.len() <= Argon2::default().params().block_count() {
                free().push(mine);
            }
            done
        });
        done.await
            .map_err(|error| Unchecked::Failed(error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;

    #[test]
    fn a_hash_fits_its_own_pin_alone() {
        let right = parse("1234").unwrap();
        let memory = &mut Memory::new();
        let hash = hash_in(memory, &right).unwrap();
        assert!(is_hash(&hash));
        // What another hash has left in the memory makes no difference.
        for memory in [memory, &mut Memory::new()] {
            assert!(fits(memory, &right, &hash));
            assert!(!fits(memory, &parse("1235").unwrap(), &hash));
            assert!(!fits(memory, &right, NOBODY));
        }
        // And the crate's own way agrees.
        let parsed = PasswordHash::new(&hash).unwrap();
        let plain = Argon2::default().verify_password(b"1234", &parsed);
        assert_eq!(plain, Ok(()));
    }

    #[test]
    fn only_argon2_at_a_bearable_cost_is_a_hash() {
        assert!(is_hash(NOBODY));
        for wrong in [
            "",
            "1234",
            &NOBODY.replace("argon2id", "scrypt"),
            &NOBODY.replace("m=19456", "m=4000000"),
            &NOBODY.replace("t=2", "t=1000"),
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!is_hash(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_pin_has_four_to_sixty_four_characters() {
        for (length, good) in [(3, false), (4, true), (64, true), (65, false)] {
            assert_eq!(parse(&"é".repeat(length)).is_ok(), good, "{length}");
        }
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_sent_away_at_once() {
        let desk = PinDesk::new();
        let all = u32::try_from(AT_ONCE + QUEUE).unwrap();
        let taken = desk.places.clone().acquire_many_owned(all).await.unwrap();
        let sent_away = desk.compare(parse("1234").unwrap(), NOBODY.into()).await;
        assert_eq!(sent_away, Err(Unchecked::Busy));
        drop(taken);
        let compared = desk.compare(parse("1234").unwrap(), NOBODY.into()).await;
        assert_eq!(compared, Ok(false));
    }
}

//! Changes that count once enough replicas have them.
//!
//! Redis answers before its replicas have a change, and a master that dies then takes it along.
//! `WAIT` holds us up until they have it, but means what was written on its own connection: asked
//! on another one, of the same master or of the next, it finds nothing to wait for and answers at
//! once. So a script and its `WAIT` go out as one, on one connection, and neither of them goes out
//! twice (`connect.rs`): where that connection ends too early, or the key has moved to another
//! master, the change has failed.

use super::{RedisStore, StoreError, StoreResult};
use fred::{
    prelude::{ClientLike, Error, LuaInterface},
    types::{ClusterHash, CustomCommand, Value},
    util::redis_keyslot,
};
use std::time::Duration;

/// How long a change may take to reach the replicas. They are asked for it, and tell by themselves
/// once a second; within the second that a command may take.
const WAIT_LIMIT: Duration = Duration::from_millis(900);

impl RedisStore {
    /// What `script` answers, once enough replicas have what it wrote. All `keys` lie together.
    pub(super) async fn change(
        &self,
        script: &str,
        keys: Vec<String>,
        arguments: Vec<Value>,
    ) -> StoreResult<i64> {
        if self.wait == 0 {
            let done: Result<i64, Error> = self.client.eval(script, keys, arguments).await;
            return done.map_err(|error| self.sort(&error));
        }
        let answers = self.send_with_wait(script, keys, arguments).await;
        let (done, reached) = answers.map_err(|error| self.sort(&error))?;
        if reached < self.wait {
            let what = format!("only {reached} of {} replicas have the change", self.wait);
            // Not `Unreachable`: reading goes on.
            return Err(StoreError::Failed(format!("{}: {what}", self.place)));
        }
        Ok(done)
    }

    /// The answers to the script and to its `WAIT`, or the first error of the two.
    async fn send_with_wait(
        &self,
        script: &str,
        keys: Vec<String>,
        arguments: Vec<Value>,
    ) -> Result<(i64, u32), Error> {
        // `WAIT` has no key by which a cluster's client finds the master.
        let slot = ClusterHash::Custom(redis_keyslot(keys[0].as_bytes()));
        let command = |name| CustomCommand::new_static(name, slot.clone(), false);
        let mut eval = vec![Value::from(script), Value::from(keys.len() as i64)];
        eval.extend(keys.into_iter().map(Value::from));
        eval.extend(arguments);
        let wait = vec![i64::from(self.wait), WAIT_LIMIT.as_millis() as i64];
        let both = self.client.pipeline();
        let _: Value = both.custom(command("EVAL"), eval).await?;
        let _: Value = both.custom(command("WAIT"), wait).await?;
        both.all().await
    }
}

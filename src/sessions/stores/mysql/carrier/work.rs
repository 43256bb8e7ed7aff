//! What a carrier does, one tick after the other.

use super::{
    super::{MysqlPools, errors::number},
    heard::{Heard, known, tell, untold},
    line::{Line, Trouble},
    lock::lost,
    tick::Tick,
    wish::Wish,
};
use crate::sessions::stores::{StoreError, StoreResult, lane::Work, lease::Leases};
use async_trait::async_trait;
use sqlx::MySql;
use std::{
    fmt, iter, slice,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;
use tower_sessions::session::Id;

/// How long a tick may take, a new connection included; then all locks on it are given up. Time to
/// be refused twice after a second, because somebody has locked a row.
const LIMIT: Duration = Duration::from_millis(2500);

/// One connection after the other, for one tick at a time.
pub(super) struct Carrier {
    pool: Leases<MySql>,
    table: String,
    place: String,
    /// Not there without a lock on it, and while a tick has it.
    line: Mutex<Option<Line>>,
    /// The last connection's.
    number: AtomicU64,
    /// Locks to be given back, each with the number of its connection.
    back: Mutex<Vec<(u64, String)>>,
}

#[async_trait]
impl Work for Carrier {
    type Wish = Wish;
    /// Whether it was saved. To whoever takes a lock it means nothing.
    type Answer = bool;
    const PREPARED: bool = false;
    const PAUSES: usize = 3;

    fn once(wish: &Wish) -> Option<Id> {
        match wish {
            Wish::Take(take) => Some(take.id),
            Wish::Save(save) => Some(save.row.id),
        }
    }

    fn bytes(wish: &Wish) -> usize {
        match wish {
            Wish::Take(_) => 0,
            // Two digits each.
            Wish::Save(save) => 2 * save.row.session.data.len(),
        }
    }

    fn too_late() -> StoreError {
        StoreError::Unreachable("too many locks and changes were waiting before".into())
    }

    fn has_more(&self) -> bool {
        !self.back().is_empty()
    }

    async fn alone(&self, wish: &Wish) -> StoreResult<bool> {
        let heard = self.tick(slice::from_ref(wish)).await;
        heard.into_iter().next().unwrap_or_else(|| Err(lost()))
    }

    async fn together(&self, wishes: &[Wish]) -> Option<Vec<StoreResult<bool>>> {
        Some(self.tick(wishes).await)
    }
}

impl Carrier {
    pub(super) fn new(pools: &MysqlPools, table: &str) -> Self {
        Self {
            pool: pools.carriers.clone(),
            table: table.into(),
            place: pools.place.clone(),
            line: Mutex::default(),
            number: AtomicU64::default(),
            back: Mutex::default(),
        }
    }

    /// Notes that a lock is to be given back, with the next tick.
    pub(super) fn give_back(&self, number: u64, name: &str) {
        self.back().push((number, name.into()));
    }

    /// Ends the connection.
    pub(super) fn hang_up(&self) {
        self.line().take();
    }

    async fn tick(&self, wishes: &[Wish]) -> Vec<StoreResult<bool>> {
        let mut heard: Vec<Heard> = iter::repeat_with(|| None).take(wishes.len()).collect();
        // Given up half-way, the connection is closed, and what comes next has another one.
        let line = timeout(LIMIT, self.work(wishes, &mut heard)).await;
        match line.ok().flatten() {
            Some(line) if line.held.is_empty() => line.end(),
            line => *self.line() = line,
        }
        let unheard = || StoreError::Unreachable(format!("{}: no answer", self.place));
        let heard = heard.into_iter();
        heard
            .map(|heard| heard.unwrap_or_else(|| Err(unheard())))
            .collect()
    }

    /// Does what can be done, and writes the answers down as they come. The connection, if it is
    /// still good.
    async fn work(&self, wishes: &[Wish], heard: &mut [Heard]) -> Option<Line> {
        let (line, back) = self.begin(wishes, heard).await;
        let mut line = line?;
        for (wish, heard) in wishes.iter().zip(&mut *heard) {
            *heard = known(wish, &line, &back);
        }
        let mut tick = Tick::default();
        tick.back.extend(back.iter().map(|name| &**name));
        let open = wishes.iter().zip(&*heard);
        let open = open.filter(|(_, heard)| heard.is_none());
        open.for_each(|(wish, _)| tick.add(wish));
        let told = |number, taken| tell(wishes, heard, number, taken);
        match line.run(&self.table, &tick, told).await {
            Ok(true) => heard
                .iter_mut()
                .for_each(|heard| *heard = heard.take().or(Some(Ok(true)))),
            // One of them was overtaken, or is gone: each hears its own.
            Ok(false) => {}
            Err(Trouble::Broken(error)) => return self.all_lost(heard, error),
            Err(Trouble::Refused(_)) => {
                // How far it came nobody knows; a lock must not be taken twice.
                let mut back = tick.back;
                back.extend(untold(wishes, heard));
                if let Err(error) = line.give_back(&self.table, back).await {
                    return self.all_lost(heard, error);
                }
            }
        }
        for at in 0..wishes.len() {
            if heard[at].is_none() {
                match self.work_alone(&mut line, &wishes[at]).await {
                    Ok(own) => heard[at] = Some(own),
                    Err(error) => return self.all_lost(heard, error),
                }
            }
        }
        Some(line)
    }

    /// The connection, a new one where a lock is to be the first on it; and what is to be given
    /// back on it.
    async fn begin(&self, wishes: &[Wish], heard: &mut [Heard]) -> (Option<Line>, Vec<String>) {
        let line = self.line().take();
        let back = self.due(wishes);
        if let Some(line) = line {
            let number = line.number;
            let ours = back.into_iter().filter(|(of, _)| *of == number);
            return (Some(line), ours.map(|(_, name)| name).collect());
        }
        for (wish, heard) in wishes.iter().zip(&mut *heard) {
            if matches!(wish, Wish::Save(_)) {
                *heard = Some(Err(lost()));
            }
        }
        if heard.iter().all(Option::is_some) {
            return (None, Vec::new());
        }
        match self.pool.take().await {
            Ok(lease) => {
                let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
                (Some(Line::new(lease, number)), Vec::new())
            }
            Err(error) => (self.all_lost(heard, error), Vec::new()),
        }
    }

    /// The locks to be given back. Not yet one whose session is being saved, by somebody who has
    /// lost patience: locks are given back before sessions are saved.
    fn due(&self, wishes: &[Wish]) -> Vec<(u64, String)> {
        let saves = |name: &String| {
            let saves = |wish: &Wish| matches!(wish, Wish::Save(save) if save.name == *name);
            wishes.iter().any(saves)
        };
        let mut back = self.back();
        back.extract_if(.., |(_, name)| !saves(name)).collect()
    }

    /// The answer to a wish, whatever becomes of others; an error where the connection has ended.
    async fn work_alone(&self, line: &mut Line, wish: &Wish) -> sqlx::Result<StoreResult<bool>> {
        let mut tick = Tick::default();
        tick.add(wish);
        let wishes = slice::from_ref(wish);
        let told = |number, taken| tell(wishes, &mut [None], number, taken);
        match (line.run(&self.table, &tick, told).await, wish) {
            (Ok(done), _) => Ok(Ok(done)),
            (Err(Trouble::Broken(error)), _) => Err(error),
            (Err(Trouble::Refused(error)), Wish::Save(_)) => Ok(Err(self.sort(error))),
            (Err(Trouble::Refused(_)), Wish::Take(take)) => {
                // Taken or not; why it is refused, whoever waits elsewhere will hear.
                line.give_back(&self.table, vec![&take.name]).await?;
                Ok(Ok(false))
            }
        }
    }

    /// All who have heard nothing hear this.
    fn all_lost(&self, heard: &mut [Heard], error: sqlx::Error) -> Option<Line> {
        let error = self.sort(error);
        for heard in heard.iter_mut().filter(|heard| heard.is_none()) {
            *heard = Some(Err(error.clone()));
        }
        None
    }

    fn sort(&self, error: sqlx::Error) -> StoreError {
        match number(&error) {
            // Waited for somebody else's lock of the row or the table.
            Some(1205) => StoreError::Unwritable(format!("{}: {error}", self.place)),
            _ => StoreError::from(error).at(&self.place),
        }
    }

    fn line(&self) -> MutexGuard<'_, Option<Line>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn back(&self) -> MutexGuard<'_, Vec<(u64, String)>> {
        self.back.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not derived: names of locks wait in it.
        write!(f, "Carrier({})", self.place)
    }
}

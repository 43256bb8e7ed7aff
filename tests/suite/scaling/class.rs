//! A class at work: sessions with two tabs each, which change them until they are told to stop.
//!
//! Each tab has a connection of its own, so that the two of a session mostly meet different
//! replicas, and only the store's lock stands between them.

use crate::support::{Answer, HaProxy, Visitor, eventually};
use reqwest::Method;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// Between two refreshes of a tab. People pause, too: without it the load alone would be at fault.
const PAUSE: Duration = Duration::from_secs(1);
/// So many refreshes a tab makes on one connection.
const KEPT_ALIVE: usize = 5;
/// How long it may take until everybody has been answered again.
const GOES_ON: Duration = Duration::from_secs(120);

/// All sessions, at work.
pub(super) struct Class {
    students: Vec<Arc<Student>>,
    tabs: JoinSet<()>,
    over: Arc<AtomicBool>,
    events: Vec<Event>,
}

/// One session, and what became of its changes.
struct Student {
    balancer: Arc<HaProxy>,
    browser: Visitor,
    /// Answered: these must be there.
    acknowledged: AtomicU64,
    /// Not answered by 200: these may be there.
    failures: Mutex<Vec<(Instant, String)>>,
}

/// Something that happens to the replicas, or to their store.
struct Event {
    what: &'static str,
    at: Instant,
    /// How long visitors may notice.
    window: Duration,
}

impl Class {
    /// So many new sessions, each of which begins to change.
    pub(super) async fn begin(balancer: &Arc<HaProxy>, sessions: u32) -> Self {
        let (mut students, over) = (Vec::new(), Arc::new(AtomicBool::new(false)));
        for _ in 0..sessions {
            let browser = balancer.visitor();
            assert_eq!(browser.refresh().await.expect(200).seconds(), 0);
            students.push(Arc::new(Student {
                balancer: balancer.clone(),
                browser,
                acknowledged: AtomicU64::new(0),
                failures: Mutex::default(),
            }));
        }
        let mut tabs = JoinSet::new();
        for (number, student) in (0..).zip(&students) {
            // They do not all click at once.
            let delay = PAUSE * number / sessions;
            for _ in 0..2 {
                tabs.spawn(student.clone().refresh_until(over.clone(), delay));
            }
        }
        Self {
            students,
            tabs,
            over,
            events: Vec::new(),
        }
    }

    /// One of the browsers.
    #[cfg(feature = "redis")]
    pub(super) fn browser(&self) -> Visitor {
        self.students[0].on_a_new_connection()
    }

    /// Notes what happens now, and for how long visitors may notice.
    pub(super) fn note(&mut self, what: &'static str, window: Duration) {
        let at = Instant::now();
        self.events.push(Event { what, at, window });
    }

    /// Waits until each session has been changed so many times more.
    pub(super) async fn go_on(&self, rounds: u64) {
        let goals: Vec<_> = self.students.iter().map(|s| s.count() + rounds).collect();
        eventually("everybody is served", GOES_ON, async || {
            let mut pairs = self.students.iter().zip(&goals);
            pairs.all(|(student, goal)| student.count() >= *goal)
        })
        .await;
    }

    /// Ends the work: every acknowledged change is there, and nothing failed out of its time.
    pub(super) async fn end(mut self) {
        self.over.store(true, Ordering::Relaxed);
        while let Some(tab) = self.tabs.join_next().await {
            tab.unwrap();
        }
        let (mut acknowledged, mut there) = (0, 0);
        for student in &self.students {
            acknowledged += student.count();
            there += student.expect_all_there().await;
        }
        let failed: usize = self.students.iter().map(|s| s.failed()).sum();
        let sessions = self.students.len();
        println!(
            "{sessions} sessions: {acknowledged} changes answered, {failed} requests failed, \
             {there} changes there"
        );
        self.expect_failures_in_time();
    }

    /// Each failure belongs to the event before it.
    fn expect_failures_in_time(&self) {
        let mut delays = vec![Vec::new(); self.events.len()];
        for student in &self.students {
            for (at, what) in &*student.failures.lock().unwrap() {
                let event = self.events.iter().rposition(|event| event.at <= *at);
                let event = event.unwrap_or_else(|| panic!("before anything happened: {what}"));
                let Event {
                    what: why,
                    at: since,
                    window,
                } = &self.events[event];
                let delay = *at - *since;
                assert!(delay < *window, "{delay:?} after: {why}: {what}");
                delays[event].push(delay);
            }
        }
        for (event, delays) in self.events.iter().zip(delays) {
            let (count, last) = (delays.len(), delays.iter().max());
            let last = last.map_or(0.0, Duration::as_secs_f64);
            println!("{}: {count} failed, the last after {last:.1} s", event.what);
        }
    }
}

impl Student {
    /// One tab: refreshes, now on a connection that was kept alive, now on a new one.
    async fn refresh_until(self: Arc<Self>, over: Arc<AtomicBool>, delay: Duration) {
        sleep(delay).await;
        let (mut tab, mut seconds) = (self.on_a_new_connection(), 0);
        for turn in 1.. {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let answer = tab.try_request(Method::GET, "/", &[]).await;
            self.keep(answer, &mut seconds);
            if turn % KEPT_ALIVE == 0 {
                tab = self.on_a_new_connection();
            }
            sleep(PAUSE).await;
        }
    }

    fn keep(&self, answer: reqwest::Result<Answer>, seconds: &mut u64) {
        let failure = match answer {
            Ok(answer) if answer.status == 200 => {
                // A session that was lost would begin again at 0.
                let before = std::mem::replace(seconds, answer.seconds());
                assert!(*seconds > before, "{before}, then {answer:?}");
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Ok(answer) => format!("{} {}", answer.status, answer.text),
            Err(error) => format!("{error:?}"),
        };
        self.failures
            .lock()
            .unwrap()
            .push((Instant::now(), failure));
    }

    /// The number of changes that are there.
    async fn expect_all_there(&self) -> u64 {
        let there = self.on_a_new_connection().get("/?haveEnough=0").await;
        let there = there.expect(200).seconds();
        let (least, most) = (self.count(), self.count() + self.failed() as u64);
        let all = (least..=most).contains(&there);
        assert!(all, "{least} answered, {most} sent, {there} there");
        there
    }

    fn on_a_new_connection(&self) -> Visitor {
        let tab = self.balancer.visitor();
        for pair in self.browser.cookies() {
            let (name, value) = pair.split_once('=').unwrap();
            tab.plant(name, value);
        }
        tab
    }

    fn count(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    fn failed(&self) -> usize {
        self.failures.lock().unwrap().len()
    }
}

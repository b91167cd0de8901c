//! An executor for tests: tasks on one thread, stepped in turn with engines that are no tasks, and a clock that jumps.

use std::boxed::Box;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;
use std::vec::Vec;

use super::world::World;

/// More rounds without any time passing than a test needs. Whoever wakes itself for ever ends here.
const MOST_ROUNDS: usize = 20_000;

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    woken: Arc<Woken>,
    waker: Waker,
}

/// Tasks of one test, usually those of one domain. They end when this is dropped.
#[derive(Default)]
pub struct Tasks {
    tasks: Vec<Task>,
}

/// What became of a task.
pub struct Handle<T> {
    result: Rc<RefCell<Option<T>>>,
}

impl<T> Handle<T> {
    /// The task's result, once, when it has ended.
    pub fn take(&self) -> Option<T> {
        self.result.take()
    }

    /// Whether the task has ended, and its result was not taken yet.
    pub fn is_finished(&self) -> bool {
        self.result.borrow().is_some()
    }
}

impl Tasks {
    /// Adds a task; it first runs when the tasks are run next.
    pub fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Handle<T> {
        let result = Rc::new(RefCell::new(None));
        let place = result.clone();
        let future = Box::pin(async move {
            let value = future.await;
            place.replace(Some(value));
        });
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        self.tasks.push(Task { future, woken, waker });
        Handle { result }
    }

    /// How many tasks have not ended.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether all tasks have ended.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Whether a task was woken since it was polled last.
    pub fn any_woken(&self) -> bool {
        self.tasks.iter().any(|task| task.woken.0.load(Ordering::Relaxed))
    }

    /// Polls every task that was woken, once, in the order of their spawning; `true` when there was any.
    pub fn run_woken(&mut self) -> bool {
        let mut any = false;
        self.tasks.retain_mut(|task| {
            if !task.woken.0.swap(false, Ordering::Relaxed) {
                return true;
            }
            any = true;
            task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_pending()
        });
        any
    }
}

/// What one step of an engine did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Whether it found something to do.
    pub moved: bool,
    /// When it wants its next step if nothing happens before.
    pub again_at: Option<Duration>,
}

impl World {
    /// Runs tasks until each waits for something.
    pub fn run_until_stalled(&self, tasks: &mut Tasks) {
        self.settle(tasks, &mut || Turn::default());
    }

    /// Runs tasks and an engine in turn until neither moves; returns when the engine wants its next step. Time stands
    /// still. Panics when they never come to rest.
    pub fn settle(&self, tasks: &mut Tasks, engine: &mut dyn FnMut() -> Turn) -> Option<Duration> {
        for _ in 0..MOST_ROUNDS {
            let ran = tasks.run_woken();
            let turn = engine();
            if !ran && !turn.moved && !tasks.any_woken() {
                return turn.again_at;
            }
        }
        panic!("the tasks and the engine never come to rest at {:?}", self.now());
    }

    /// Runs tasks and an engine for some time: whenever neither moves, time jumps to the next timer of either.
    pub fn run_for(&self, time: Duration, tasks: &mut Tasks, engine: &mut dyn FnMut() -> Turn) {
        let end = self.now() + time;
        self.run_while(end, tasks, engine, || true);
    }

    /// Like [`Self::run_for`], and ends as soon as `done` says so; `false` when it did not within `time`.
    pub fn run_until(
        &self,
        time: Duration,
        tasks: &mut Tasks,
        engine: &mut dyn FnMut() -> Turn,
        mut done: impl FnMut() -> bool,
    ) -> bool {
        let end = self.now() + time;
        self.run_while(end, tasks, engine, || !done())
    }

    /// Runs one future to its end, with time jumping. Panics when it waits for what can't happen.
    pub fn block_on<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> T {
        let mut tasks = Tasks::default();
        let handle = tasks.spawn(future);
        loop {
            self.run_until_stalled(&mut tasks);
            match (handle.take(), self.next_timer()) {
                (Some(result), _) => return result,
                (None, Some(time)) => self.advance_to(time),
                (None, None) => panic!("the future waits for something that nobody will do"),
            }
        }
    }

    /// `true` when `more` ended it before time reached `end`.
    fn run_while(
        &self,
        end: Duration,
        tasks: &mut Tasks,
        engine: &mut dyn FnMut() -> Turn,
        mut more: impl FnMut() -> bool,
    ) -> bool {
        for _ in 0..MOST_ROUNDS {
            let engine_time = self.settle(tasks, engine);
            if !more() {
                return true;
            }
            let next = [engine_time, self.next_timer()].into_iter().flatten().min();
            match next.filter(|time| *time <= end) {
                Some(time) => self.advance_to(time),
                None if self.now() == end => return false,
                None => self.advance_to(end),
            }
        }
        panic!("timers without end at {:?}", self.now());
    }
}

#[cfg(test)]
mod tests {
    use core::future::{pending, poll_fn};
    use core::task::Poll;

    use super::*;
    use crate::DomainId;
    use crate::platform::FrontPlatform;

    #[test]
    fn time_jumps_from_timer_to_timer() {
        let world = World::new();
        let domain = world.domain(DomainId(1));
        let mut tasks = Tasks::default();
        let handle = tasks.spawn(async move {
            for second in 1..=3 {
                domain.sleep_until(Duration::from_secs(second)).await;
            }
            domain.now()
        });
        let mut steps = 0;
        world.run_for(Duration::from_secs(10), &mut tasks, &mut || {
            steps += 1;
            Turn::default()
        });
        assert_eq!(handle.take(), Some(Duration::from_secs(3)));
        assert!(steps < 20 && tasks.is_empty());
        assert_eq!(world.now(), Duration::from_secs(10));
    }

    #[test]
    fn an_engine_is_stepped_at_the_time_it_names() {
        let world = World::new();
        let (clock, mut times) = (world.clone(), Vec::new());
        let every_second = |now: Duration| Some(Duration::from_secs(now.as_secs() + 1));
        world.run_for(Duration::from_secs(3), &mut Tasks::default(), &mut || {
            times.push(clock.now().as_secs());
            Turn { moved: false, again_at: every_second(clock.now()) }
        });
        times.dedup();
        assert_eq!(times, [0, 1, 2, 3]);
    }

    #[test]
    #[should_panic(expected = "never come to rest")]
    fn who_wakes_itself_for_ever_is_found() {
        let mut tasks = Tasks::default();
        tasks.spawn(poll_fn(|context| {
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        }));
        World::new().run_until_stalled(&mut tasks);
    }

    #[test]
    #[should_panic(expected = "nobody will do")]
    fn a_future_that_can_never_end_is_found() {
        World::new().block_on(pending::<()>());
    }

    #[test]
    fn a_sleep_that_was_given_up_moves_no_clock() {
        let world = World::new();
        let domain = world.domain(DomainId(1));
        let mut sleep = Box::pin(domain.sleep_until(Duration::from_secs(9)));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(world.next_timer(), Some(Duration::from_secs(9)));
        drop(sleep);
        assert_eq!(world.next_timer(), None);
    }
}

//! What is done to the screens, on its way to the appliance.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use vitrine_kit::input::Event;

/// Events that are kept for a reader who is slow; of more, the oldest are lost.
const MOST: usize = 1024;

#[derive(Default)]
struct Queue {
    events: VecDeque<Event>,
    reader: Option<Waker>,
}

thread_local! {
    static READERS: RefCell<Vec<Weak<RefCell<Queue>>>> = const { RefCell::new(Vec::new()) };
}

/// A reader of all events from when it was made.
pub struct Events {
    queue: Rc<RefCell<Queue>>,
}

/// A reader of all that is done to the screens from now on.
pub fn events() -> Events {
    let queue = Rc::default();
    READERS.with_borrow_mut(|readers| readers.push(Rc::downgrade(&queue)));
    Events { queue }
}

impl Events {
    /// The next event, once there is one.
    pub async fn next(&mut self) -> Event {
        poll_fn(|context| {
            let mut queue = self.queue.borrow_mut();
            match queue.events.pop_front() {
                Some(event) => Poll::Ready(event),
                None => {
                    queue.reader = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// Tells every reader of an event.
pub fn happened(event: Event) {
    READERS.with_borrow_mut(|readers| {
        readers.retain(|reader| {
            let Some(queue) = reader.upgrade() else { return false };
            let mut queue = queue.borrow_mut();
            if queue.events.len() == MOST {
                queue.events.pop_front();
            }
            queue.events.push_back(event);
            queue.reader.take().into_iter().for_each(Waker::wake);
            true
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::Context;
    use vitrine_kit::input::Key;

    fn next(events: &mut Events) -> Option<Event> {
        match pin!(events.next()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => Some(event),
            Poll::Pending => None,
        }
    }

    #[test]
    fn each_reader_gets_each_event_and_a_slow_one_the_latest() {
        let (mut first, mut second) = (events(), events());
        happened(Event::Text('a'));
        assert_eq!((next(&mut first), next(&mut first)), (Some(Event::Text('a')), None));
        (0..MOST).for_each(|_| happened(Event::KeyDown(Key::Enter)));
        assert_eq!(next(&mut second), Some(Event::KeyDown(Key::Enter)));
        drop(second);
        happened(Event::Text('b'));
        assert_eq!(READERS.with_borrow(Vec::len), 1);
    }
}

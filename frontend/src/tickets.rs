//! Results that come later: whoever asks for something gets a ticket, and fetches the result with it.

use alloc::vec::Vec;

use crate::Error;

/// What a result is fetched by, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

struct Entry {
    ticket: Ticket,
    /// How many parts have not ended yet.
    missing: usize,
    /// The first part's error, if any has failed.
    error: Option<Error>,
}

/// The tickets that were given and whose results were not fetched.
#[derive(Default)]
pub struct Tickets {
    last: u64,
    entries: Vec<Entry>,
}

impl Tickets {
    /// Gives a ticket for something that ends when `parts` parts, at least one, have ended.
    pub fn give(&mut self, parts: usize) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.entries.push(Entry { ticket, missing: parts, error: None });
        ticket
    }

    /// One part has ended. A ticket that was given up is passed over.
    pub fn part_ended(&mut self, ticket: Ticket, result: Result<(), Error>) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.ticket == ticket && entry.missing > 0) {
            entry.missing -= 1;
            entry.error = entry.error.take().or(result.err());
        }
    }

    /// Everything that has not ended ends in this way.
    pub fn end_all(&mut self, error: &Error) {
        for entry in self.entries.iter_mut().filter(|entry| entry.missing > 0) {
            entry.missing = 0;
            entry.error.get_or_insert_with(|| error.clone());
        }
    }

    /// The result, if there is one; the ticket is used up by that. A ticket that is used up has no result.
    pub fn fetch(&mut self, ticket: Ticket) -> Option<Result<(), Error>> {
        let ended = |entry: &Entry| entry.ticket == ticket && entry.missing == 0;
        let place = self.entries.iter().position(ended)?;
        Some(self.entries.swap_remove(place).error.map_or(Ok(()), Err))
    }

    /// Nobody will ask for the result.
    pub fn give_up(&mut self, ticket: Ticket) {
        self.entries.retain(|entry| entry.ticket != ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_there_when_every_part_has_ended_and_fetched_once() {
        let mut tickets = Tickets::default();
        let (first, second) = (tickets.give(2), tickets.give(1));
        tickets.part_ended(first, Err(Error::Disconnected));
        assert_eq!((tickets.fetch(first), tickets.fetch(second)), (None, None));
        tickets.part_ended(first, Ok(()));
        assert_eq!(tickets.fetch(first), Some(Err(Error::Disconnected)));
        assert_eq!(tickets.fetch(first), None);
        tickets.part_ended(second, Ok(()));
        assert_eq!(tickets.fetch(second), Some(Ok(())));
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let mut tickets = Tickets::default();
        let ticket = tickets.give(1);
        tickets.give_up(ticket);
        tickets.part_ended(ticket, Ok(()));
        tickets.end_all(&Error::Disconnected);
        assert!(tickets.entries.is_empty());
    }
}

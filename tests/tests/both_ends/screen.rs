//! The output of the tests' back end: it keeps what is on each head, and says when flips are done.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use vitrine_backend::output::{HeadId, Output, OutputError, Picture};
use vitrine_xen::edid::{Edid, Mode};
use vitrine_xen::io::displif::nodes::Resolution;

/// What a head shows: its width, and its pixels as XRGB8888 without the unused byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub width: u32,
    pub pixels: Vec<u32>,
}

/// Screens with the connectors `Virtual-1` to `Virtual-16`: a handle, so that the test keeps one beside the engine's.
#[derive(Clone, Default)]
pub struct Screens {
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    heads: BTreeMap<HeadId, Head>,
    opened: u32,
    done: VecDeque<HeadId>,
    /// Flips that wait for [`Screens::vertical_blank`].
    held: VecDeque<HeadId>,
    holding: bool,
    flips: u64,
}

struct Head {
    connector: String,
    image: Option<Image>,
    /// Whether its flips wait for [`Screens::vertical_blank`] although the others' don't.
    holding: bool,
}

impl Screens {
    /// Flips are no longer done at once but at the next [`Self::vertical_blank`].
    pub fn hold_flips(&self) {
        self.state.borrow_mut().holding = true;
    }

    /// The same for one connector that is taken; the others go on.
    pub fn hold_flips_of(&self, connector: &str) {
        let mut state = self.state.borrow_mut();
        let heads = state.heads.values_mut().filter(|head| head.connector == connector);
        heads.for_each(|head| head.holding = true);
    }

    /// All flips that were held are done; how many there were.
    pub fn vertical_blank(&self) -> usize {
        let state = &mut *self.state.borrow_mut();
        state.done.extend(&state.held);
        state.held.drain(..).count()
    }

    /// Flips are done at once again, those that were held too.
    pub fn let_flips_go(&self) {
        self.state.borrow_mut().holding = false;
        self.vertical_blank();
    }

    /// Whether the engine has flips to report.
    pub fn has_done(&self) -> bool {
        !self.state.borrow().done.is_empty()
    }

    /// How many flips there were.
    pub fn flips(&self) -> u64 {
        self.state.borrow().flips
    }

    /// How many connectors are taken.
    pub fn open_heads(&self) -> usize {
        self.state.borrow().heads.len()
    }

    /// What a connector shows; `None` while it is dark or nobody's.
    pub fn image(&self, connector: &str) -> Option<Image> {
        let state = self.state.borrow();
        state.heads.values().find(|head| head.connector == connector)?.image.clone()
    }

    fn draw(&self, head: HeadId, picture: &Picture<'_>) {
        let mut row = vec![0; picture.width() as usize * 4];
        let mut pixels = Vec::new();
        for y in 0..picture.height() {
            picture.copy_row(y, &mut row);
            pixels.extend(row.chunks(4).map(|pixel| u32::from_le_bytes([pixel[0], pixel[1], pixel[2], 0])));
        }
        let mut state = self.state.borrow_mut();
        let head = state.heads.get_mut(&head).expect("the engine draws on heads that it has opened");
        head.image = Some(Image { width: picture.width(), pixels });
    }
}

impl Output for Screens {
    fn check(&mut self, connector: &str, _: Resolution) -> Result<(), OutputError> {
        let known: Vec<String> = (1..=16).map(|number| format!("Virtual-{number}")).collect();
        if known.iter().any(|name| name == connector) {
            return Ok(());
        }
        Err(OutputError::UnknownConnector(connector.to_string(), known))
    }

    fn open(&mut self, connector: &str, resolution: Resolution, _: &str) -> Result<HeadId, OutputError> {
        self.check(connector, resolution)?;
        let mut state = self.state.borrow_mut();
        if state.heads.values().any(|head| head.connector == connector) {
            return Err(OutputError::Taken(connector.to_string()));
        }
        state.opened += 1;
        let id = HeadId(state.opened);
        state.heads.insert(id, Head { connector: connector.to_string(), image: None, holding: false });
        Ok(id)
    }

    fn close(&mut self, head: HeadId) {
        let mut state = self.state.borrow_mut();
        state.heads.remove(&head).expect("the engine closes heads that it has opened, once");
        state.done.retain(|done| *done != head);
        state.held.retain(|held| *held != head);
    }

    fn screen(&self, _: HeadId) -> Edid {
        let modes = [(160, 100), (123, 77), (64, 48)].into_iter();
        let modes = modes.filter_map(|(width, height)| Mode::new(width, height, 60_000));
        Edid { name: Some("test screen".into()), size: None, modes: modes.collect() }
    }

    fn show(&mut self, head: HeadId, _: Resolution, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.draw(head, picture);
        Ok(())
    }

    fn flip(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.draw(head, picture);
        let mut state = self.state.borrow_mut();
        assert!(!state.held.contains(&head), "the engine flips again before the last flip is done");
        state.flips += 1;
        let holding = state.holding || state.heads.get(&head).is_some_and(|head| head.holding);
        let queue = if holding { &mut state.held } else { &mut state.done };
        queue.push_back(head);
        Ok(())
    }

    fn blank(&mut self, head: HeadId) -> Result<(), OutputError> {
        let mut state = self.state.borrow_mut();
        state.heads.get_mut(&head).expect("the engine blanks heads that it has opened").image = None;
        Ok(())
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.state.borrow_mut().done.pop_front()
    }
}

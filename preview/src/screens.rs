//! The output of a preview's back end: screens that keep what they show, and refresh 60 times a second.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use vitrine_backend::output::{self, HeadId, Output, OutputError};
use vitrine_xen::edid::{Edid, Mode};
use vitrine_xen::io::displif::nodes::Resolution;

use crate::picture::Picture;

/// What every screen can show beside its own mode.
const SIZES: [(u32, u32); 6] = [(1920, 1080), (1280, 1024), (1280, 720), (1024, 768), (800, 600), (640, 480)];

/// The name of screen `index`'s connector.
pub fn connector(index: usize) -> String {
    format!("Virtual-{}", index + 1)
}

/// The screens: a handle, so that whoever looks at them has one beside the engine's.
#[derive(Clone)]
pub struct Screens {
    state: Rc<RefCell<State>>,
}

struct State {
    screens: Vec<Screen>,
    heads: BTreeMap<HeadId, usize>,
    opened: u32,
    /// Flips that wait for the next vertical blank, and those that it has done.
    flipping: Vec<HeadId>,
    done: VecDeque<HeadId>,
    /// Grows with each change of what is shown.
    revision: u64,
}

struct Screen {
    picture: Picture,
    lit: bool,
}

impl Screens {
    /// Dark screens of these sizes.
    pub fn new(sizes: impl Iterator<Item = Resolution>) -> Self {
        let screen = |size: Resolution| Screen { picture: Picture::black(size.width, size.height), lit: false };
        let state = State {
            screens: sizes.map(screen).collect(),
            heads: BTreeMap::new(),
            opened: 0,
            flipping: Vec::new(),
            done: VecDeque::new(),
            revision: 0,
        };
        Self { state: Rc::new(RefCell::new(state)) }
    }

    /// All screens side by side, so many in a row.
    pub fn picture(&self, columns: usize) -> Picture {
        let state = self.state.borrow();
        let pictures: Vec<&Picture> = state.screens.iter().map(|screen| &screen.picture).collect();
        Picture::side_by_side(&pictures, columns)
    }

    /// Whether any screen is lit.
    pub fn any_lit(&self) -> bool {
        self.state.borrow().screens.iter().any(|screen| screen.lit)
    }

    /// A number that grows with each change of what is shown.
    pub fn revision(&self) -> u64 {
        self.state.borrow().revision
    }

    /// Whether flips wait for the next vertical blank.
    pub fn is_flipping(&self) -> bool {
        !self.state.borrow().flipping.is_empty()
    }

    /// The flips that wait are done.
    pub fn vertical_blank(&self) {
        let state = &mut *self.state.borrow_mut();
        state.done.extend(state.flipping.drain(..));
    }

    /// Whether the engine has flips to report.
    pub fn has_done(&self) -> bool {
        !self.state.borrow().done.is_empty()
    }
}

impl State {
    fn find(&self, connector_name: &str) -> Option<usize> {
        (0..self.screens.len()).find(|index| connector(*index) == connector_name)
    }

    fn screen(&mut self, head: HeadId) -> &mut Screen {
        let index = self.heads.get(&head).expect("the engine names heads that it has opened");
        self.revision += 1;
        &mut self.screens[*index]
    }

    /// Copies what the guest shows to the top left of the screen.
    fn draw(&mut self, head: HeadId, picture: &output::Picture<'_>) {
        let shown = &mut self.screen(head).picture;
        let mut bytes = vec![0; 4 * picture.width() as usize];
        let rows = shown.pixels.chunks_exact_mut(shown.width as usize);
        for (y, row) in (0..picture.height()).zip(rows) {
            picture.copy_row(y, &mut bytes);
            for (pixel, bytes) in row.iter_mut().zip(bytes.chunks_exact(4)) {
                *pixel = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]);
            }
        }
    }
}

impl Output for Screens {
    fn check(&mut self, connector_name: &str, _: Resolution) -> Result<(), OutputError> {
        let state = self.state.borrow();
        match state.find(connector_name) {
            Some(_) => Ok(()),
            None => {
                let known = (0..state.screens.len()).map(connector).collect();
                Err(OutputError::UnknownConnector(connector_name.to_owned(), known))
            }
        }
    }

    fn open(&mut self, connector_name: &str, resolution: Resolution, _: &str) -> Result<HeadId, OutputError> {
        self.check(connector_name, resolution)?;
        let state = &mut *self.state.borrow_mut();
        let index = state.find(connector_name).expect("it was checked");
        if state.heads.values().any(|taken| *taken == index) {
            return Err(OutputError::Taken(connector_name.to_owned()));
        }
        state.opened += 1;
        state.heads.insert(HeadId(state.opened), index);
        Ok(HeadId(state.opened))
    }

    fn close(&mut self, head: HeadId) {
        // What was there before is darkness.
        let _ = self.blank(head);
        let state = &mut *self.state.borrow_mut();
        state.heads.remove(&head);
        state.flipping.retain(|flipping| *flipping != head);
        state.done.retain(|done| *done != head);
    }

    fn screen(&self, _: HeadId) -> Edid {
        let modes = SIZES.into_iter().filter_map(|(width, height)| Mode::new(width, height, 60_000));
        Edid { name: None, size: None, modes: modes.collect() }
    }

    fn show(&mut self, head: HeadId, resolution: Resolution, picture: &output::Picture<'_>) -> Result<(), OutputError> {
        let state = &mut *self.state.borrow_mut();
        let screen = state.screen(head);
        screen.lit = true;
        screen.picture = Picture::black(resolution.width, resolution.height);
        state.draw(head, picture);
        Ok(())
    }

    fn flip(&mut self, head: HeadId, picture: &output::Picture<'_>) -> Result<(), OutputError> {
        let state = &mut *self.state.borrow_mut();
        state.draw(head, picture);
        state.flipping.push(head);
        Ok(())
    }

    fn blank(&mut self, head: HeadId) -> Result<(), OutputError> {
        let state = &mut *self.state.borrow_mut();
        let screen = state.screen(head);
        screen.lit = false;
        screen.picture.pixels.fill(0);
        Ok(())
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.state.borrow_mut().done.pop_front()
    }
}

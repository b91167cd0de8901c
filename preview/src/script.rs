//! What is done to the screen before its picture is taken, as text: `click 100,200; wait 0.5; key Enter`.

use std::str::FromStr;
use std::time::Duration;

use embedded_graphics_core::geometry::Point;
use vitrine_kit::input::{Event, Key};

use crate::options::seconds;

/// How long a click and a key are held: as long as people do.
const HELD: Duration = Duration::from_millis(100);

/// Events, each with the time since the first picture; in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    events: Vec<(Duration, Event)>,
    length: Duration,
}

impl Script {
    /// When it is over.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// All of it.
    pub fn events(&self) -> &[(Duration, Event)] {
        &self.events
    }

    fn add(&mut self, step: &str) -> Option<()> {
        let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
        let rest = rest.trim();
        match word {
            "down" => self.push(Event::PointerDown(point(rest)?)),
            "move" => self.push(Event::PointerMoved(point(rest)?)),
            "up" => self.push(Event::PointerUp(point(rest)?)),
            "click" => {
                self.push(Event::PointerDown(point(rest)?));
                self.length += HELD;
                self.push(Event::PointerUp(point(rest)?));
            }
            "key" => self.press(key(rest)?),
            "text" => rest.chars().for_each(|character| self.press(Key::Character(character))),
            "wait" => self.length += seconds(rest).ok()?,
            _ => return None,
        }
        Some(())
    }

    /// A key goes down and up; one that writes has written then.
    fn press(&mut self, key: Key) {
        let (pressed, written) = match key {
            Key::Character(character) => (Key::Character(lowercase(character)), Some(character)),
            key => (key, None),
        };
        self.push(Event::KeyDown(pressed));
        written.into_iter().for_each(|character| self.push(Event::Text(character)));
        self.length += HELD;
        self.push(Event::KeyUp(pressed));
    }

    fn push(&mut self, event: Event) {
        self.events.push((self.length, event));
    }
}

impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut script = Self::default();
        for step in text.split(';').map(str::trim).filter(|step| !step.is_empty()) {
            script.add(step).ok_or_else(|| {
                format!("{step:?} is none of down X,Y; move X,Y; up X,Y; click X,Y; key NAME; text ...; wait SECONDS")
            })?;
        }
        Ok(script)
    }
}

fn point(text: &str) -> Option<Point> {
    let (x, y) = text.split_once(',')?;
    Some(Point::new(x.trim().parse().ok()?, y.trim().parse().ok()?))
}

/// The key that writes a character, without shift.
fn lowercase(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

fn key(name: &str) -> Option<Key> {
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return Some(Key::Character(only));
    }
    let function = |number: &str| number.parse().ok().filter(|number| (1..=24).contains(number)).map(Key::Function);
    Some(match name {
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Tab" => Key::Tab,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "Space" => Key::Character(' '),
        name => function(name.strip_prefix('F')?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_become_events_in_time() {
        let script: Script = " click 10,-20;wait 0.5 ; key F12;text A; move 1,2; ".parse().unwrap();
        let at = |milliseconds, event| (Duration::from_millis(milliseconds), event);
        let expected = [
            at(0, Event::PointerDown(Point::new(10, -20))),
            at(100, Event::PointerUp(Point::new(10, -20))),
            at(600, Event::KeyDown(Key::Function(12))),
            at(700, Event::KeyUp(Key::Function(12))),
            at(700, Event::KeyDown(Key::Character('a'))),
            at(700, Event::Text('A')),
            at(800, Event::KeyUp(Key::Character('a'))),
            at(800, Event::PointerMoved(Point::new(1, 2))),
        ];
        assert_eq!(script.events(), expected);
        assert_eq!(script.length(), Duration::from_millis(800));
    }

    #[test]
    fn what_is_no_step_is_refused() {
        for wrong in
            ["tap 1,2", "click 1", "click 1,", "down 99999999999,1", "key Entr", "key F0", "key", "wait -1", "wait"]
        {
            assert!(wrong.parse::<Script>().is_err(), "{wrong}");
        }
        assert_eq!("".parse::<Script>(), Ok(Script::default()));
    }
}

//! The keys of a desktop's keyboard as those of an appliance.

use vitrine_kit::input::{Event, Key};
use winit::event::{ElementState, KeyEvent};
use winit::keyboard::{Key as DesktopKey, NamedKey};
use winit::platform::modifier_supplement::KeyEventExtModifierSupplement;

/// What a key that goes down or up is to an appliance: the key, and what it writes.
pub fn events_of(event: &KeyEvent) -> impl Iterator<Item = Event> {
    let pressed = event.state == ElementState::Pressed;
    let key = key_of(&event.key_without_modifiers());
    let key = key.map(|key| if pressed { Event::KeyDown(key) } else { Event::KeyUp(key) });
    let text = event.text.as_deref().filter(|_| pressed).unwrap_or_default().to_owned();
    let written: Vec<Event> = text.chars().filter(|character| !character.is_control()).map(Event::Text).collect();
    key.into_iter().chain(written)
}

fn key_of(key: &DesktopKey) -> Option<Key> {
    match key {
        DesktopKey::Character(text) => {
            let mut characters = text.chars();
            characters.next().filter(|_| characters.next().is_none()).map(Key::Character)
        }
        DesktopKey::Named(named) => key_named(*named),
        _ => None,
    }
}

fn key_named(named: NamedKey) -> Option<Key> {
    Some(match named {
        NamedKey::Enter => Key::Enter,
        NamedKey::Escape => Key::Escape,
        NamedKey::ArrowUp => Key::Up,
        NamedKey::ArrowDown => Key::Down,
        NamedKey::ArrowLeft => Key::Left,
        NamedKey::ArrowRight => Key::Right,
        NamedKey::Tab => Key::Tab,
        NamedKey::Backspace => Key::Backspace,
        NamedKey::Delete => Key::Delete,
        NamedKey::Home => Key::Home,
        NamedKey::End => Key::End,
        NamedKey::PageUp => Key::PageUp,
        NamedKey::PageDown => Key::PageDown,
        NamedKey::Space => Key::Character(' '),
        NamedKey::F1 => Key::Function(1),
        NamedKey::F2 => Key::Function(2),
        NamedKey::F3 => Key::Function(3),
        NamedKey::F4 => Key::Function(4),
        NamedKey::F5 => Key::Function(5),
        NamedKey::F6 => Key::Function(6),
        NamedKey::F7 => Key::Function(7),
        NamedKey::F8 => Key::Function(8),
        NamedKey::F9 => Key::Function(9),
        NamedKey::F10 => Key::Function(10),
        NamedKey::F11 => Key::Function(11),
        NamedKey::F12 => Key::Function(12),
        _ => return None,
    })
}

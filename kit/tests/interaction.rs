//! What widgets answer to fingers and keys.

use std::time::Duration;

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;
use vitrine_kit::input::{Event, Key};
use vitrine_kit::widget::{
    Button, ButtonKind, Item, Keyboard, List, QWERTY, QWERTZ, React, Slider, Switch, Tabs, Tapped, Widget,
};
use vitrine_kit::{Scale, Theme};

const AREA: Rectangle = Rectangle::new(Point::new(100, 50), Size::new(200, 48));

fn theme() -> Theme {
    Theme::dark(Scale::percent(100))
}

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Hands events to a widget, 10 ms apart, and collects its answers.
fn send<W: React>(widget: &mut W, area: Rectangle, start: u64, events: &[Event]) -> Vec<W::Answer> {
    let theme = theme();
    let times = (start..).step_by(10).map(at);
    events.iter().zip(times).filter_map(|(&event, now)| widget.on_event(event, &theme, area, now)).collect()
}

fn down(x: i32, y: i32) -> Event {
    Event::PointerDown(Point::new(x, y))
}

fn moved(x: i32, y: i32) -> Event {
    Event::PointerMoved(Point::new(x, y))
}

fn up(x: i32, y: i32) -> Event {
    Event::PointerUp(Point::new(x, y))
}

#[test]
fn a_button_is_tapped_where_the_finger_comes_up() {
    let mut button = Button::new("Go", ButtonKind::Primary);
    let inside = down(150, 70);
    assert_eq!(send(&mut button, AREA, 0, &[inside, up(160, 80)]), [Tapped]);
    assert_eq!(send(&mut button, AREA, 0, &[inside, moved(0, 0), up(0, 0)]), []);
    assert_eq!(send(&mut button, AREA, 0, &[inside, moved(0, 0), moved(150, 70), up(150, 70)]), [Tapped]);
    assert_eq!(send(&mut button, AREA, 0, &[down(0, 0), moved(150, 70), up(150, 70)]), []);
    assert_eq!(send(&mut button, AREA, 0, &[up(150, 70)]), []);
    assert_eq!(send(&mut button, AREA, 0, &[Event::KeyDown(Key::Enter)]), []);
    button.focused = true;
    assert_eq!(send(&mut button, AREA, 0, &[Event::KeyDown(Key::Enter)]), [Tapped]);
    button.enabled = false;
    assert_eq!(send(&mut button, AREA, 0, &[inside, up(150, 70), Event::KeyDown(Key::Enter)]), []);
}

#[test]
fn a_press_moves_and_then_rests() {
    let mut button = Button::new("Go", ButtonKind::Primary);
    assert_eq!(button.next_change(at(0)), None);
    send(&mut button, AREA, 1000, &[down(150, 70)]);
    assert_eq!(button.next_change(at(1010)), Some(at(1010)));
    assert_eq!(button.next_change(at(3000)), None);
    send(&mut button, AREA, 3000, &[up(0, 0)]);
    assert_eq!(button.next_change(at(3010)), Some(at(3010)));
    assert_eq!(button.next_change(at(4000)), None);
}

#[test]
fn a_switch_turns_over() {
    let mut switch = Switch::new(false);
    let (x, y) = (200, 74);
    assert_eq!(send(&mut switch, AREA, 0, &[down(x, y), up(x, y)]), [true]);
    assert!(switch.is_on());
    assert_eq!(send(&mut switch, AREA, 500, &[down(x, y), up(0, 0), down(x, y), up(x, y)]), [false]);
    switch.focused = true;
    assert_eq!(send(&mut switch, AREA, 0, &[Event::KeyDown(Key::Character(' '))]), [true]);
    switch.enabled = false;
    assert_eq!(send(&mut switch, AREA, 0, &[down(x, y), up(x, y)]), []);
}

#[test]
fn a_slider_follows_the_finger_even_outside() {
    let mut slider = Slider::new(0.0..=100.0, 1.0, 0.0);
    // Its line is 12 pixels shorter at each end.
    assert_eq!(
        send(&mut slider, AREA, 0, &[down(200, 70), moved(244, 300), moved(900, 70), up(900, 70)]),
        [50.0, 75.0, 100.0]
    );
    assert_eq!(send(&mut slider, AREA, 0, &[moved(200, 70)]), [0.0; 0]);
    assert_eq!(send(&mut slider, AREA, 0, &[down(-500, 70), moved(200, 70), up(200, 70)]), [0.0; 0]);
    assert_eq!(slider.value(), 100.0);
    assert_eq!(send(&mut slider, AREA, 0, &[Event::KeyDown(Key::Home)]), [0.0; 0]);
    slider.focused = true;
    let keys = [Key::Home, Key::Right, Key::Up, Key::Left, Key::End, Key::Right].map(Event::KeyDown);
    assert_eq!(send(&mut slider, AREA, 0, &keys), [0.0, 1.0, 2.0, 1.0, 100.0]);
}

#[test]
fn tabs_are_chosen() {
    let mut tabs = Tabs::new(&["One", "Two", "Three", "Four"]);
    assert_eq!(send(&mut tabs, AREA, 0, &[down(270, 70), up(275, 70)]), [3]);
    // Not when the finger comes up on another one than it went down on, or on the same again.
    assert_eq!(send(&mut tabs, AREA, 0, &[down(110, 70), up(275, 70)]), []);
    assert_eq!(send(&mut tabs, AREA, 0, &[down(270, 70), up(275, 70)]), []);
    tabs.focused = true;
    let keys = [Key::Right, Key::Left, Key::Left].map(Event::KeyDown);
    assert_eq!(send(&mut tabs, AREA, 0, &keys), [2, 1]);
    tabs.select(usize::MAX, at(0));
    assert_eq!(tabs.selected(), 3);
    assert_eq!(send(&mut Tabs::new(&[]), AREA, 0, &[down(150, 70), up(150, 70)]), []);
}

const ITEMS: [Item<'static>; 20] = [const { Item::new("Line", "") }; 20];

/// Room for five of its lines, which are 56 pixels high.
const LIST: Rectangle = Rectangle::new(Point::new(0, 0), Size::new(200, 280));

#[test]
fn a_line_is_chosen() {
    let mut list = List::new(ITEMS.as_slice());
    assert_eq!(send(&mut list, LIST, 0, &[down(50, 120), up(50, 125)]), [2]);
    assert_eq!(list.selected, Some(2));
    assert_eq!(send(&mut list, LIST, 0, &[down(50, 120), up(500, 125)]), []);
    let mut short = List::new(&ITEMS[..2]);
    assert_eq!(send(&mut short, LIST, 0, &[down(50, 200), up(50, 200)]), []);
}

#[test]
fn a_list_is_scrolled_and_rolls_on() {
    let mut list = List::new(ITEMS.as_slice());
    // Three lines up, slowly, with a rest before the finger leaves: it stays there.
    assert_eq!(send(&mut list, LIST, 0, &[down(50, 260), moved(50, 200), moved(50, 92)]), []);
    assert_eq!(send(&mut list, LIST, 1000, &[up(50, 92)]), []);
    assert_eq!(list.next_change(at(1000)), None);
    assert_eq!(send(&mut list, LIST, 2000, &[down(50, 10), up(50, 10)]), [3]);
    // Thrown, it rolls for less than a second, and not beyond its end.
    assert_eq!(send(&mut list, LIST, 3000, &[down(50, 260), moved(50, 200), moved(50, 100), up(50, 100)]), []);
    assert_eq!(list.next_change(at(3100)), Some(at(3100)));
    assert_eq!(list.next_change(at(4000)), None);
    assert_eq!(send(&mut list, LIST, 5000, &[down(50, 279), up(50, 279)]), [19]);
    // A finger stops what rolls.
    assert_eq!(send(&mut list, LIST, 6000, &[down(50, 20), moved(50, 100), moved(50, 150), up(50, 150)]), []);
    assert!(list.next_change(at(6050)).is_some());
    assert_eq!(send(&mut list, LIST, 6100, &[down(50, 100)]), []);
    assert_eq!(list.next_change(at(6600)), None);
}

#[test]
fn a_list_is_moved_by_keys() {
    let mut list = List::new(ITEMS.as_slice());
    list.focused = true;
    let keys = [Key::Down, Key::Down, Key::PageDown, Key::Enter, Key::End, Key::Enter, Key::Home, Key::Up, Key::Enter];
    assert_eq!(send(&mut list, LIST, 0, &keys.map(Event::KeyDown)), [6, 19, 0]);
    let mut empty = List::new(&ITEMS[..0]);
    empty.focused = true;
    assert_eq!(send(&mut empty, LIST, 0, &keys.map(Event::KeyDown)), []);
}

/// The middle of a key: its number in its row, of so many.
fn key(row: i32, index: i32, keys: i32) -> [Event; 2] {
    let (x, y) = (index * 600 / keys + 300 / keys, row * 60 + 30);
    [down(x, y), up(x, y)]
}

#[test]
fn a_keyboard_types() {
    let area = Rectangle::new(Point::zero(), Size::new(600, 240));
    let mut keyboard = Keyboard::new(&QWERTY);
    let [shift, digits] = [key(2, 0, 7), key(3, 0, 7)];
    let taps = [key(0, 0, 10), shift, key(0, 1, 10), key(0, 2, 10), digits, key(0, 9, 10), key(2, 6, 7), key(3, 6, 7)];
    let typed = send(&mut keyboard, area, 0, &taps.concat());
    let expected = [
        Event::Text('q'),
        Event::Text('W'),
        Event::Text('e'),
        Event::Text('0'),
        Event::KeyDown(Key::Backspace),
        Event::KeyDown(Key::Enter),
    ];
    assert_eq!(typed, expected);
    // Down on one key and up on the next is neither.
    assert_eq!(send(&mut keyboard, area, 0, &[down(30, 30), up(90, 30)]), []);
    let mut german = Keyboard::new(&QWERTZ);
    assert_eq!(send(&mut german, area, 0, &[key(0, 5, 11), key(0, 10, 11)].concat()), ['z', 'ü'].map(Event::Text));
}

//! The card in DRM's words: dumb buffers, framebuffers, configurations and page flips, and handles that are dead.

use std::rc::Rc;
use std::time::Duration;

use vitrine_frontend::backing::{BadImport, Scatter};
use vitrine_frontend::face::{DumbBuffer, Framebuffer, View};
use vitrine_frontend::{Card, Error, Pacing};
use vitrine_xen::PAGE_SIZE;
use vitrine_xen::fake::{Domain, Usage, Vdispl};
use vitrine_xen::io::displif::PixelFormat::{self, Rgb565, Xrgb8888};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, SharedPages};

use crate::screen::Image;
use crate::setup::{Both, LONG, pixel};
use crate::several::Seat;

/// Two connectors of different sizes; both fit into [`WIDE`].
const LEFT: (u32, u32) = (64, 48);
const RIGHT: (u32, u32) = (123, 77);
const WIDE: (u32, u32) = (LEFT.0 + RIGHT.0, RIGHT.1);

/// A connected card with those two.
fn card() -> (Both, Seat, Card<Domain>) {
    card_of(&Vdispl::one("Virtual-1", "64x48").and("Virtual-2", "123x77"))
}

fn card_of(configuration: &Vdispl) -> (Both, Seat, Card<Domain>) {
    let mut both = Both::with(configuration);
    let seat = Seat::new(&both);
    let card = seat.all(&mut both).unwrap().remove(0);
    let connecting = card.clone();
    both.run(async move { connecting.connected().await }).unwrap();
    (both, seat, card)
}

/// Draws picture `number` of this width into bytes.
fn fill(memory: SharedMemory<'_>, number: u32) {
    let words: Vec<u32> = (0..memory.len() as u32 / 4).map(|index| pixel(number, index)).collect();
    memory.write_words(0, &words);
}

/// The part of picture `number` of width `WIDE.0` that a connector of this size shows from `x`, `y` on.
fn part(number: u32, x: u32, y: u32, (width, height): (u32, u32)) -> Image {
    let row = |row| (0..width).map(move |column| pixel(number, (y + row) * WIDE.0 + x + column));
    Image { width, pixels: (0..height).flat_map(row).collect() }
}

fn view(framebuffer: &Framebuffer<Domain>, x: u32, y: u32, (width, height): (u32, u32)) -> Option<View<'_, Domain>> {
    Some(View { framebuffer, x, y, width, height })
}

/// A buffer of the wide size with picture `number` in it, and a framebuffer that is all of it.
async fn wide(card: &Card<Domain>, number: u32) -> Result<(DumbBuffer<Domain>, Framebuffer<Domain>), Error> {
    let buffer = card.create_dumb_buffer(WIDE.0, WIDE.1, Xrgb8888).await?;
    fill(buffer.memory()?, number);
    let framebuffer = card.framebuffer(&buffer, WIDE.0, WIDE.1, Xrgb8888).await?;
    Ok((buffer, framebuffer))
}

/// That both screens show these parts of picture `number`.
#[track_caller]
fn assert_shown(both: &Both, number: u32, left: (u32, u32), right: (u32, u32)) {
    assert!(both.screens.image("Virtual-1") == Some(part(number, left.0, left.1, LEFT)), "the left screen");
    assert!(both.screens.image("Virtual-2") == Some(part(number, right.0, right.1, RIGHT)), "the right screen");
}

#[test]
fn one_framebuffer_spans_two_connectors_which_flip_together() {
    let (mut both, _seat, card) = card();
    let user = card.clone();
    let kept = both.run(async move {
        let (first, second) = (wide(&user, 1).await.unwrap().1, wide(&user, 2).await.unwrap().1);
        user.set_config(0, view(&first, 0, 0, LEFT)).await.unwrap();
        user.set_config(1, view(&first, LEFT.0, 0, RIGHT)).await.unwrap();
        (first, second)
    });
    assert_shown(&both, 1, (0, 0), (LEFT.0, 0));
    let user = card.clone();
    let kept = both.run(async move {
        user.page_flip_together(&[(1, &kept.1), (0, &kept.1)]).await.unwrap();
        kept
    });
    assert_shown(&both, 2, (0, 0), (LEFT.0, 0));
    drop(kept);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn one_framebuffer_is_on_both_connectors() {
    let (mut both, _seat, card) = card();
    both.run(async move {
        let (_, framebuffer) = wide(&card, 3).await.unwrap();
        card.set_config(0, view(&framebuffer, 0, 0, LEFT)).await.unwrap();
        card.set_config(1, view(&framebuffer, 0, 0, RIGHT)).await.unwrap();
    });
    // The buffer's handles are gone; it is on the screens.
    assert_shown(&both, 3, (0, 0), (0, 0));
}

#[test]
fn what_is_on_a_screen_lives_until_another_picture_is() {
    let (mut both, _seat, card) = card();
    let connection = both.guest.usage();
    let user = card.clone();
    both.run(async move {
        let (_, framebuffer) = wide(&user, 1).await.unwrap();
        user.set_config(0, view(&framebuffer, 5, 6, LEFT)).await.unwrap();
    });
    both.run_for(LONG);
    let one = both.guest.usage();
    assert!(one.grants > connection.grants);
    let user = card.clone();
    both.run(async move {
        let (_, framebuffer) = wide(&user, 2).await.unwrap();
        user.page_flip(0, &framebuffer).await.unwrap();
    });
    both.run_for(LONG);
    assert_eq!(both.screens.image("Virtual-1"), Some(part(2, 5, 6, LEFT)));
    assert_eq!(both.guest.usage(), one, "the first one is gone");
    both.run(async move { card.set_config(0, None).await.unwrap() });
    both.run_for(LONG);
    assert_eq!(both.screens.image("Virtual-1"), None);
    assert_eq!(both.guest.usage(), connection);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn pages_of_the_appliance_are_shown_from_an_odd_byte_on() {
    let (mut both, _seat, card) = card();
    let guest = both.guest.clone();
    let length = 4 * RIGHT.0 * RIGHT.1;
    let before = both.guest.usage();
    for offset in [3u32, 1, 4095, 0] {
        // Two allocations, of which neither is taken in order.
        let pages = (offset + length).div_ceil(PAGE_SIZE as u32) as usize;
        let (some, more) = (Rc::new(guest.allocate(pages).unwrap()), Rc::new(guest.allocate(2).unwrap()));
        let mut scatter = Scatter::<Domain>::new();
        scatter.add(&more, 1..2).unwrap();
        scatter.add(&some, 1..pages).unwrap();
        for (byte, at) in (offset as usize..).take(length as usize).enumerate() {
            let value = pixel(9, byte as u32 / 4).to_le_bytes()[byte % 4];
            match at.checked_sub(PAGE_SIZE) {
                None => more.memory().write_u8(PAGE_SIZE + at, value),
                Some(at) => some.memory().write_u8(PAGE_SIZE + at, value),
            }
        }
        drop((some, more));
        let user = card.clone();
        both.run(async move {
            let buffer = user.import(scatter, offset, length).await.unwrap();
            assert_eq!(buffer.memory().err(), Some(Error::Imported));
            let framebuffer = user.framebuffer(&buffer, RIGHT.0, RIGHT.1, Xrgb8888).await.unwrap();
            user.set_config(1, view(&framebuffer, 0, 0, RIGHT)).await.unwrap();
        });
        let expected = (0..RIGHT.0 * RIGHT.1).map(|index| pixel(9, index)).collect();
        assert!(both.screens.image("Virtual-2") == Some(Image { width: RIGHT.0, pixels: expected }), "offset {offset}");
    }
    both.run(async move { card.set_config(1, None).await.unwrap() });
    both.run_for(LONG);
    assert_eq!(both.guest.usage(), before, "the pages went back with their buffers");
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn bad_imports_are_named_and_cost_nothing() {
    let (mut both, _seat, card) = card();
    let pages = Rc::new(both.guest.allocate(2).unwrap());
    let before = both.guest.usage();
    let cases = [
        ((4096, 100), BadImport::Offset(4096)),
        ((0, 0), BadImport::Empty),
        ((0, 4096), BadImport::Pages { needed: 1, given: 2 }),
        ((1, 8192), BadImport::Pages { needed: 3, given: 2 }),
    ];
    for ((offset, length), expected) in cases {
        let (user, scatter) = (card.clone(), Scatter::of(&pages));
        let error = both.run(async move { user.import(scatter, offset, length).await.err() });
        assert_eq!(error, Some(Error::Import(expected)));
    }
    assert_eq!(Scatter::<Domain>::new().add(&pages, 1..3), Err(BadImport::NoSuchPages { end: 3, given: 2 }));
    assert_eq!(both.guest.usage(), before);
}

#[test]
fn a_handle_does_not_outgrow_its_buffer() {
    let (mut both, _seat, card) = card();
    both.run(async move {
        let (buffer, framebuffer) = wide(&card, 1).await.unwrap();
        assert_eq!(buffer.memory().unwrap().len() as u32, 4 * WIDE.0 * WIDE.1, "and not the whole last page");
        let (width, height) = WIDE;
        let too_high = card.framebuffer(&buffer, width, height + 1, Xrgb8888).await.err();
        let (needed, size) = (4 * width * (height + 1), 4 * width * height);
        assert_eq!(too_high, Some(Error::BeyondBuffer { needed, size }));
        assert!(card.framebuffer(&buffer, 2 * width - 1, height, Rgb565).await.is_ok());
        for (x, y, size) in [(WIDE.0 - 63, 0, LEFT), (0, WIDE.1 - 47, LEFT), (u32::MAX, 0, LEFT), (0, 0, (0, 1))] {
            let outside = card.set_config(0, view(&framebuffer, x, y, size)).await;
            assert_eq!(outside, Err(Error::OutsideFramebuffer), "{x} {y} {size:?}");
        }
        for (width, height) in [(0, 1), (1, 0), (32767, 65536)] {
            let impossible = card.create_dumb_buffer(width, height, Xrgb8888).await.err();
            assert_eq!(impossible, Some(Error::Picture { width, height }));
        }
    });
}

/// Every handle of a connection that has ended says so, also when there is another connection.
#[test]
fn handles_of_a_lost_connection_are_dead() {
    let (mut both, _seat, card) = card();
    let user = card.clone();
    let (buffer, framebuffer) = both.run(async move {
        let (buffer, framebuffer) = wide(&user, 1).await.unwrap();
        user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await.unwrap();
        (buffer, framebuffer)
    });
    let (user, flipping) = (card.clone(), both.screens.clone());
    flipping.hold_flips();
    let flight = both.tasks.spawn(async move {
        let flipped = user.page_flip(0, &framebuffer).await;
        user.disconnected().await;
        (flipped, buffer, framebuffer)
    });
    both.settle();
    assert!(!flight.is_finished());
    both.back_end.as_mut().unwrap().engine.leave();
    both.settle();
    let (flipped, mut buffer, mut framebuffer) = flight.take().unwrap();
    assert_eq!(flipped, Err(Error::Disconnected));
    assert_eq!(both.guest.usage().grants, 0);
    for there_is_another in [false, true] {
        if there_is_another {
            both.kill_back_end();
            both.start_back_end();
        }
        let user = card.clone();
        (buffer, framebuffer) = both.run(async move {
            if there_is_another {
                user.connected().await.unwrap();
            }
            assert_eq!(buffer.memory().err(), Some(Error::Disconnected));
            assert_eq!(user.framebuffer(&buffer, 1, 1, Xrgb8888).await.err(), Some(Error::Disconnected));
            assert_eq!(user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await, Err(Error::Disconnected));
            assert_eq!(user.page_flip(0, &framebuffer).await, Err(Error::Disconnected));
            (buffer, framebuffer)
        });
    }
    let user = card.clone();
    both.run(async move {
        assert_eq!(framebuffer.destroy().await, Err(Error::Disconnected));
        assert_eq!(buffer.destroy().await, Err(Error::Disconnected));
        let (_, framebuffer) = wide(&user, 4).await.unwrap();
        user.set_config(0, view(&framebuffer, 1, 1, LEFT)).await.unwrap();
    });
    assert_eq!(both.screens.image("Virtual-1"), Some(part(4, 1, 1, LEFT)));
    both.run(async move { card.close().await });
    both.run_for(LONG);
    assert_eq!(both.guest.usage(), Usage::default());
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn ends_are_told_and_nothing_that_is_used_ends() {
    let (mut both, _seat, card) = card();
    let before = both.guest.usage();
    let user = card.clone();
    both.run(async move {
        let (buffer, framebuffer) = wide(&user, 1).await.unwrap();
        user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await.unwrap();
        assert!(matches!(buffer.destroy().await, Err(Error::BufferInUse(_))));
        assert!(matches!(framebuffer.destroy().await, Err(Error::FramebufferInUse(_))));
        // Their handles are used up; they end with what still needs them.
        user.set_config(0, None).await.unwrap();
        let (buffer, framebuffer) = wide(&user, 2).await.unwrap();
        assert_eq!(framebuffer.destroy().await, Ok(()));
        assert_eq!(buffer.destroy().await, Ok(()));
    });
    both.settle();
    assert_eq!((both.guest.usage(), card.grants_in_quarantine()), (before, 0));
}

#[test]
fn one_flip_is_in_flight_and_one_waits() {
    let (mut both, _seat, card) = card();
    let user = card.clone();
    let framebuffer = both.run(async move {
        let (_, framebuffer) = wide(&user, 1).await.unwrap();
        assert_eq!(user.page_flip(0, &framebuffer).await, Err(Error::Dark(0)));
        user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await.unwrap();
        Rc::new(framebuffer)
    });
    both.screens.hold_flips();
    let flips: Vec<_> = (0..3)
        .map(|_| {
            let (user, framebuffer) = (card.clone(), framebuffer.clone());
            both.tasks.spawn(async move { user.page_flip(0, &framebuffer).await })
        })
        .collect();
    both.settle();
    assert_eq!(flips[2].take(), Some(Err(Error::Busy(0))));
    for flip in &flips[..2] {
        assert!(!flip.is_finished());
        assert_eq!(both.screens.vertical_blank(), 1);
        both.run_for(Duration::from_millis(40));
        assert_eq!(flip.take(), Some(Ok(())));
    }
}

#[test]
fn a_connector_is_either_open_for_frames_or_the_cards() {
    let (mut both, _seat, card) = card();
    let mut display = card.display(1, Pacing::Free);
    let user = card.clone();
    both.run(async move {
        crate::setup::show(&mut display, 1).await.unwrap();
        let (_, framebuffer) = wide(&user, 1).await.unwrap();
        assert_eq!(user.set_config(1, view(&framebuffer, 0, 0, RIGHT)).await, Err(Error::Open(1)));
        assert_eq!(user.page_flip(1, &framebuffer).await, Err(Error::Open(1)));
        assert_eq!(user.set_config(2, view(&framebuffer, 0, 0, RIGHT)).await, Err(Error::NoConnector(2)));
        user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await.unwrap();
    });
    assert_eq!(both.screens.image("Virtual-1"), Some(part(1, 0, 0, LEFT)));
    assert!(both.image().is_some() && both.screens.image("Virtual-2").is_some());
}

/// Whoever drops a future that has asked for something leaves nothing behind.
#[test]
fn futures_that_are_given_up_leave_nothing() {
    let (mut both, _seat, card) = card();
    let before = both.guest.usage();
    for steps in 0..40 {
        let user = card.clone();
        let whole = async move {
            let (buffer, framebuffer) = wide(&user, 1).await?;
            user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await?;
            user.page_flip(0, &framebuffer).await?;
            user.set_config(0, None).await?;
            framebuffer.destroy().await?;
            buffer.destroy().await
        };
        both.tasks.spawn(give_up_after(steps, whole));
        both.run_for(Duration::from_secs(1));
        let user = card.clone();
        both.run(async move { while user.set_config(0, None).await == Err(Error::Busy(0)) {} });
        both.run_for(Duration::from_secs(1));
        assert_eq!((both.guest.usage(), card.grants_in_quarantine()), (before, 0), "given up after {steps} polls");
    }
    assert_eq!(both.world.violations(), [""; 0]);
}

async fn give_up_after<T>(polls: usize, future: impl Future<Output = T>) {
    let mut future = Some(Box::pin(future));
    let mut left = polls;
    std::future::poll_fn(move |context| {
        let Some(waiting) = future.as_mut().filter(|_| left > 0) else { return std::task::Poll::Ready(()) };
        left -= 1;
        let polled = waiting.as_mut().poll(context).map(drop);
        if left == 0 {
            future = None;
            return std::task::Poll::Ready(());
        }
        polled
    })
    .await;
}

/// With `be-alloc=1` the same calls give pages of the back end's.
#[test]
fn the_back_end_may_allocate_the_buffers() {
    let two = Vdispl::one("Virtual-1", "64x48").and("Virtual-2", "123x77");
    let (mut both, _seat, card) = card_of(&Vdispl { be_alloc: "1".to_string(), ..two });
    let before = both.guest.usage();
    let user = card.clone();
    both.run(async move {
        let (buffer, framebuffer) = wide(&user, 6).await.unwrap();
        user.set_config(0, view(&framebuffer, 0, 0, LEFT)).await.unwrap();
        user.set_config(1, view(&framebuffer, LEFT.0, 0, RIGHT)).await.unwrap();
        user.page_flip_together(&[(0, &framebuffer), (1, &framebuffer)]).await.unwrap();
        drop(buffer);
    });
    assert_shown(&both, 6, (0, 0), (LEFT.0, 0));
    assert!(both.guest.usage().mapping > 0, "the guest maps the back end's pages");
    let user = card.clone();
    both.run(async move {
        user.set_config(0, None).await.unwrap();
        user.set_config(1, None).await.unwrap();
    });
    both.run_for(LONG);
    assert_eq!(both.guest.usage(), before);
    assert_eq!(both.world.violations(), [""; 0]);
}

/// All formats have buffers of the size that their strides say.
#[test]
fn each_format_has_its_stride() {
    let (mut both, _seat, card) = card();
    both.run(async move {
        for format in PixelFormat::ALL {
            // Odd at 16 bits and no multiple of 4 at 24: where back ends and Linux differ.
            let buffer = card.create_dumb_buffer(123, 2, format).await.unwrap();
            let row = (123 * format.bits_per_pixel()).div_ceil(32) * 4;
            assert_eq!(buffer.memory().unwrap().len() as u32, 2 * row, "{format:?}");
        }
    });
}

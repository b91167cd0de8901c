//! Pictures on the way to the screen: they arrive whole, in order, and cost what they should.

use std::time::Duration;

use vitrine_frontend::head::REFRESH;
use vitrine_frontend::{Cards, Pacing, Presented};
use vitrine_xen::fake::Vdispl;

use crate::setup::{Both, draw, picture, show};

#[test]
fn the_first_frame_is_on_the_screen_pixel_by_pixel() {
    let mut both = Both::new();
    let mut display = both.open_ready();
    assert_eq!(both.image(), None, "nothing is shown before the first frame");
    let (shown, _display) = both.run(async move { (show(&mut display, 1).await, display) });
    assert_eq!(shown, Ok(Presented::Shown));
    assert_eq!(both.image(), Some(picture(1, 123, 77)));
}

#[test]
fn every_mode_arrives_whole() {
    // One pixel; less than a page; exactly 1,023 pages, which fill one directory page; one page more; 1080p.
    for (width, height) in [(1, 1), (31, 33), (1023, 1024), (1024, 1024), (1920, 1080)] {
        let mut both = Both::with(&Vdispl::one("Virtual-1", &format!("{width}x{height}")));
        let mut display = both.open_ready();
        both.run(async move { show(&mut display, 3).await }).unwrap();
        assert!(both.image() == Some(picture(3, width, height)), "{width}x{height}");
    }
}

#[test]
fn three_hundred_flips_and_none_lost() {
    let mut both = Both::new();
    let mut display = both.open_ready();
    let screens = both.screens.clone();
    let display = both.run(async move {
        for number in 1..=300 {
            assert_eq!(show(&mut display, number).await, Ok(Presented::Shown), "frame {number}");
            assert_eq!(screens.image("Virtual-1"), Some(picture(number, 123, 77)), "frame {number}");
        }
        display
    });
    let statistics = display.statistics();
    assert_eq!((statistics.flips, statistics.unconfirmed, statistics.stray_events), (300, 0, 0));
    assert_eq!(both.screens.flips(), 300);
    assert!(both.world.violations().is_empty());
}

#[test]
fn a_frame_costs_one_hypercall_and_nothing_else() {
    let mut both = Both::new();
    // Paced, so that both ends go to sleep after each frame: an end that is awake needs no event.
    let (mut display, _) = both.open(Pacing::Refresh(REFRESH)).unwrap();
    // The first frame also sets the mode.
    let mut display = both.run(async move {
        show(&mut display, 0).await.unwrap();
        display
    });
    let before = both.guest.counters();
    both.run(async move {
        for number in 0..100 {
            show(&mut display, number).await.unwrap();
        }
    });
    let after = both.guest.counters();
    assert_eq!(after.hypercalls() - before.hypercalls(), 100);
    assert_eq!(after.notifications - before.notifications, 100);
    assert_eq!((after.grants, after.allocations), (before.grants, before.allocations));
    assert_eq!(after.store_requests, before.store_requests);
}

#[test]
fn frames_keep_the_pace_of_the_mode() {
    let mut both = Both::new();
    let (mut display, _) = both.open(Pacing::Refresh(REFRESH)).unwrap();
    let display = both.run(async move {
        show(&mut display, 0).await.unwrap();
        display
    });
    let began = both.world.now();
    let mut display = display;
    both.run(async move {
        for number in 0..60 {
            show(&mut display, number).await.unwrap();
        }
    });
    let took = both.world.now() - began;
    assert!((990..=1010).contains(&took.as_millis()), "60 frames at 60 Hz took {took:?}");
}

#[test]
fn a_slow_screen_sets_the_pace_when_it_is_slower() {
    let mut both = Both::new();
    let mut display = both.open_ready();
    both.screens.hold_flips();
    let handle = both.tasks.spawn(async move {
        for number in 0..10 {
            show(&mut display, number).await.unwrap();
        }
    });
    for _ in 0..10 {
        both.run_for(Duration::from_millis(40));
        assert!(!handle.is_finished());
        assert_eq!(both.screens.vertical_blank(), 1, "one flip is in flight at a time");
    }
    both.settle();
    assert!(handle.is_finished());
}

#[test]
fn the_age_says_what_is_in_the_buffer() {
    let mut both = Both::new();
    let mut display = both.open_ready();
    let ages = both.run(async move {
        let mut ages = Vec::new();
        for number in 0..5 {
            let frame = display.acquire().await.unwrap();
            ages.push(frame.age());
            draw(&frame, number);
            if number == 3 {
                // Given back unseen: what is in it counts for nothing.
                continue;
            }
            frame.present().await.unwrap();
        }
        ages
    });
    assert_eq!(ages, [0, 0, 2, 2, 0]);
}

#[test]
fn an_idle_display_does_nothing_at_all() {
    let mut both = Both::new();
    let mut display = both.open_ready();
    let display = both.run(async move {
        show(&mut display, 0).await.unwrap();
        display
    });
    let before = (both.guest.counters(), both.dom0.counters());
    assert_eq!(both.world.next_timer(), None, "no timer is set while nothing is to be done");
    both.run_for(Duration::from_secs(3600));
    assert_eq!((both.guest.counters(), both.dom0.counters()), before);
    drop(display);
}

#[test]
fn two_guests_do_not_see_each_other() {
    let mut both = Both::new();
    let other = vitrine_xen::DomainId(9);
    both.world.add_vdispl(other, crate::setup::DOM0, 0, &Vdispl::one("Virtual-2", "64x64"));
    let (platform, store) = (both.world.domain(other), both.world.domain(other).store());
    let mut first = both.open_ready();
    let opened = async move {
        let card = Cards::new(platform, |_| ()).first(&store).await.unwrap();
        (card.display(0, Pacing::Free), card.drive(store))
    };
    let (mut second, driver) = both.run(opened);
    both.tasks.spawn(driver);
    both.run(async move {
        for number in 0..20 {
            show(&mut first, number).await.unwrap();
            show(&mut second, 1000 + number).await.unwrap();
        }
    });
    assert_eq!(both.image(), Some(picture(19, 123, 77)));
    assert_eq!(both.screens.image("Virtual-2"), Some(picture(1019, 64, 64)));
}

#[test]
fn buffers_that_the_back_end_allocates_are_drawn_on_and_given_back() {
    let mut both = Both::with(&Vdispl { be_alloc: "1".to_string(), ..Vdispl::one("Virtual-1", "123x77") });
    let mut display = both.open_ready();
    let usage = both.guest.usage();
    assert_eq!((usage.grants, usage.mapping), (2 + 2, 2 * 10), "the rings and directories are ours, the pages are not");
    let display = both.run(async move {
        for number in 1..=10 {
            assert_eq!(show(&mut display, number).await, Ok(Presented::Shown));
        }
        display
    });
    assert_eq!(both.image(), Some(picture(10, 123, 77)));
    let card = display.card();
    both.run(async move { card.close().await });
    drop(display);
    both.settle();
    both.assert_nothing_left();
}

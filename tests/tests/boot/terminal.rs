//! What dom0 writes on the console is on the screen, pixel by pixel, although only what changes is drawn.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use embedded_graphics::prelude::Size;
use vitrine_gfx::Surface;
use vitrine_kit::terminal::{FaceName, Terminal};
use xtask::picture::Picture;

use crate::Case;
use crate::stage::{LIMIT, Stage};

pub const CASES: &[Case] = &[("a_terminal_shows_what_dom0_writes", shows)];

const SIZE: Size = Size::new(1024, 768);

/// One after the other: a screen of its own, lines beyond its foot, and changes here and there.
const TEXTS: [&str; 3] = [
    "\x1b[2J\x1b[H\x1b[1;32mdom0\x1b[0m:\x1b[34m~\x1b[0m# cat\n┌──────┐\n│ äöü! │\n└──────┘\n",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n",
    "\x1b[5;10H\x1b[48;5;200mhere\x1b[20;60H\x1b[4;38;2;255;128;0mand there\x1b[0m\x1b[3M",
];

fn shows(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("terminal", |config| config.connectors = "Virtual-1:1024x768".into())?;
    guest.wait_line("milestone first-flip", LIMIT)?;
    // The appliance leaves 12 pixels free at each edge.
    let mut expected = Terminal::new(SIZE - Size::new_equal(24), FaceName::Spleen12x24);
    // The appliance has set it: line feeds return the carriage.
    expected.write(b"\x1b[20h");
    for text in TEXTS {
        expected.write(text.as_bytes());
        stage.machine.write_file("/tmp/text", text)?;
        let device = format!("$(xenstore-read /local/domain/{}/console/tty)", guest.domid());
        stage.machine.run_ok(&format!("cat /tmp/text > {device}"))?;
        wait_for(stage, &picture(&expected))?;
    }
    Ok(())
}

/// Looks at the screen until it shows the picture, at most for [`LIMIT`].
fn wait_for(stage: &Stage, picture: &Picture) -> Result<()> {
    let start = Instant::now();
    loop {
        let seen = stage.screen()?.expect_equal(picture);
        if seen.is_ok() || start.elapsed() > LIMIT {
            return seen;
        }
        sleep(Duration::from_millis(50));
    }
}

fn picture(terminal: &Terminal) -> Picture {
    let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).expect("a usual size");
    terminal.draw(&mut surface);
    let pixels = surface.memory().iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1));
    Picture { width: SIZE.width, height: SIZE.height, rgb: pixels.collect() }
}

//! `cargo xtask screenshots`: the pictures of the documentation, from a real boot.

use super::shot::{self, Wait};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use xtask::lab::{Lab, Need};
use xtask::machine::{GuestConfig, Machine, Options, Payload, SCREEN, Screens};
use xtask::picture::Picture;
use xtask::{images, note};

/// Make the pictures in docs/images anew: boot the appliances on real Xen, one after the other, and save the screen.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only this example's
    #[arg(value_name = "EXAMPLE")]
    example: Option<String>,
    /// The folder to write to, instead of docs/images
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// One picture.
struct Shot {
    example: &'static str,
    /// The mode of each connector. With several, their pictures stand side by side.
    modes: &'static [&'static str],
    memory_mib: u32,
    command_line: &'static str,
    /// What runs in dom0 with the guest's console as its output.
    writes: Option<&'static str>,
    /// Seconds from the first flip to the picture.
    after: u64,
}

const SHOT: Shot = Shot { example: "", modes: &["1024x768"], memory_mib: 32, command_line: "", writes: None, after: 1 };

/// What dom0 tells the terminal: what it would tell a person at a serial line.
const SESSION: &str = r#"
prompt() { printf '\n\033[1;32mdom0\033[0m:\033[1;34m~\033[0m# %s\n' "$1"; }
prompt 'xl list'; xl list
prompt 'xl info | grep xen_version'; xl info | grep xen_version
device=/local/domain/$(xl domid terminal)/device/vdispl/0/0
prompt "xenstore-ls $device"; xenstore-ls $device
prompt 'dmesg | grep -i xen | tail -n 4'; dmesg | grep -i xen | tail -n 4 | sed "s/^[^]]*]/$(printf '\033')[36m&$(printf '\033')[0m/"
prompt 'colours'
for code in 1 2 3 4 5 6; do printf '\033[4%sm      \033[10%sm      ' $code $code; done; printf '\033[0m\n'
prompt '' | tr -d '\n'
"#;

/// The dashboard gets time to fill its plot.
const SHOTS: [Shot; 9] = [
    Shot { example: "hello", ..SHOT },
    Shot { example: "testcard", ..SHOT },
    Shot { example: "bounce", after: 3, ..SHOT },
    Shot { example: "clock", after: 2, ..SHOT },
    Shot { example: "dashboard", modes: &["1280x800"], after: 122, ..SHOT },
    Shot { example: "gallery", modes: &["1280x800"], memory_mib: 48, command_line: "page=2", after: 3, ..SHOT },
    Shot { example: "signage", modes: &["1280x800"], memory_mib: 64, after: 3, ..SHOT },
    Shot { example: "terminal", writes: Some(SESSION), after: 3, ..SHOT },
    Shot { example: "wall", modes: &["800x600"; 3], memory_mib: 64, after: 5, ..SHOT },
];

/// Pixels between two screens in a picture of several.
const GAP: u32 = 24;

/// Where a program for the console is in dom0.
const PROGRAM: &str = "/tmp/writes";

/// What the guest's console says when it has a display.
const CONNECTED: &str = "milestone display-connected";

/// How long the first flip may take.
const LIMIT: Duration = Duration::from_secs(60);

pub fn run(arguments: &Arguments) -> Result<()> {
    let shots = wanted(arguments.example.as_deref())?;
    let folder = arguments.to.clone().unwrap_or_else(|| images::root().join("docs/images"));
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let lab = Lab::open()?;
    lab.prepare(Need::Daily, false)?;
    for screens in [Screens::One, Screens::Four] {
        let shots: Vec<_> = shots.iter().copied().filter(|shot| shot.screens() == screens).collect();
        if !shots.is_empty() {
            take_all(&lab, screens, &shots, &folder)?;
        }
    }
    Ok(())
}

fn take_all(lab: &Lab, screens: Screens, shots: &[&Shot], folder: &Path) -> Result<()> {
    let machine = Machine::start(lab, Options { payload: payload(shots)?, screens, ..Options::default() })?;
    let backend = machine.start_backend(SCREEN)?;
    for shot in shots {
        let file = folder.join(format!("{}.png", shot.example));
        take(&machine, shot, &file).with_context(|| format!("the back end said:\n{}", backend.log()))?;
        note!("{}: {} bytes", file.display(), fs::metadata(&file)?.len());
    }
    Ok(())
}

fn wanted(example: Option<&str>) -> Result<Vec<&'static Shot>> {
    let shots: Vec<_> = SHOTS.iter().filter(|shot| example.is_none_or(|name| name == shot.example)).collect();
    let known = || SHOTS.map(|shot| shot.example).join(", ");
    anyhow::ensure!(!shots.is_empty(), "there is no picture of {:?}; there are: {}", example.unwrap_or(""), known());
    Ok(shots)
}

fn payload(shots: &[&Shot]) -> Result<Payload> {
    let names: Vec<_> = shots.iter().map(|shot| shot.example).collect();
    let mut payload = Payload::default();
    for (name, image) in names.iter().zip(images::appliances_named(&names)?) {
        payload.file(&format!("{name}.elf"), &image.file)?;
    }
    payload.file("vitrine-backend", &images::backend()?.file)?;
    Ok(payload)
}

/// Boots the guest, takes its picture, and removes the guest.
fn take(machine: &Machine, shot: &Shot, file: &Path) -> Result<()> {
    let before = shot::of_screen(machine, file)?;
    let guest = machine.create(&shot.config())?;
    if let Some(program) = shot.writes {
        guest.wait_line(CONNECTED, LIMIT)?;
        machine.write_file(PROGRAM, program)?;
        machine.run_ok(&format!("sh {PROGRAM} > $(xenstore-read /local/domain/{}/console/tty)", guest.domid()))?;
    }
    let wait = Wait { file, limit: LIMIT, after: Duration::from_secs(shot.after) };
    let first = wait.shoot(machine, &guest, &before)?;
    let others = (2..).take(shot.modes.len() - 1).map(|number| {
        machine.screendump_of(number, file)?;
        Picture::read(file)
    });
    let screens = [Ok(first)].into_iter().chain(others).collect::<Result<Vec<_>>>()?;
    Picture::side_by_side(&screens, GAP).write(file)?;
    guest.destroy()
}

impl Shot {
    /// What machine it needs.
    fn screens(&self) -> Screens {
        Screens::for_connectors(self.modes.len()).expect("the pictures are of at most four screens")
    }

    fn config(&self) -> GuestConfig {
        let mut config = GuestConfig::new(self.example, &format!("/payload/{}.elf", self.example));
        let connectors = (1..).zip(self.modes).map(|(number, mode)| format!("Virtual-{number}:{mode}"));
        config.connectors = connectors.collect::<Vec<_>>().join(";");
        config.memory_mib = self.memory_mib;
        config.command_line = self.command_line.to_owned();
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_picture_or_all() {
        assert_eq!(wanted(None).unwrap().len(), SHOTS.len());
        assert_eq!(wanted(Some("clock")).unwrap()[0].example, "clock");
        assert!(wanted(Some("faults")).is_err());
    }
}

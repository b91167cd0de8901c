//! `cargo xtask screenshots`: the pictures of the documentation, from a real boot.

use super::shot::{self, Wait};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use xtask::lab::{Lab, Need};
use xtask::machine::{GuestConfig, Machine, Options, Payload, SCREEN};
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
    mode: &'static str,
    /// Seconds from the first flip to the picture.
    after: u64,
}

/// The dashboard gets time to fill its plot, which is a minute wide.
const SHOTS: [Shot; 5] = [
    Shot { example: "hello", mode: "1024x768", after: 1 },
    Shot { example: "testcard", mode: "1024x768", after: 1 },
    Shot { example: "bounce", mode: "1024x768", after: 3 },
    Shot { example: "clock", mode: "1024x768", after: 2 },
    Shot { example: "dashboard", mode: "1280x800", after: 64 },
];

/// How long the first flip may take.
const LIMIT: Duration = Duration::from_secs(60);

pub fn run(arguments: &Arguments) -> Result<()> {
    let shots = wanted(arguments.example.as_deref())?;
    let folder = arguments.to.clone().unwrap_or_else(|| images::root().join("docs/images"));
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let lab = Lab::open()?;
    lab.prepare(Need::Daily, false)?;
    let machine = Machine::start(&lab, Options { payload: payload(&shots)?, ..Options::default() })?;
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
    let mut config = GuestConfig::new(shot.example, &format!("/payload/{}.elf", shot.example));
    config.connectors = format!("Virtual-1:{}", shot.mode);
    let guest = machine.create(&config)?;
    let wait = Wait { file, limit: LIMIT, after: Duration::from_secs(shot.after) };
    wait.shoot(machine, &guest, &before)?.write(file)?;
    guest.destroy()
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

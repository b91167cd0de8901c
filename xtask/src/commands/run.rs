//! `cargo xtask run`: one appliance on real Xen, with its screen in a window, on a VNC port or in a file.

use super::shot;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use xtask::lab::{Lab, Need};
use xtask::machine::{
    Display, Entry, Guest, GuestConfig, Listener, Machine, Options, Payload, Program, SCREEN, Screens, ShutdownReason,
    Source,
};
use xtask::{images, note, say};

/// Stands for a guest without a display.
const NO_MODE: &str = "none";

/// How long the first picture may take, in seconds, where nobody says otherwise.
const FIRST_FLIP_LIMIT: u64 = 60;

/// Run an appliance on real Xen in QEMU: in a window when there is a desktop, else on a VNC port of this machine.
#[derive(clap::Args)]
pub struct Arguments {
    /// The example to run
    #[arg(default_value = "dashboard", conflicts_with = "config")]
    example: String,
    /// Save the first screen as a PNG file once the first picture is on it, and end
    #[arg(long, value_name = "FILE.png")]
    shot: Option<PathBuf>,
    /// With --shot, save the screen so many seconds after the first picture
    #[arg(long, value_name = "SECONDS", default_value_t = 0, requires = "shot",
          value_parser = clap::value_parser!(u64).range(..=86_400))]
    after: u64,
    /// The connector's resolution, or "none" for a guest without a display
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1024x768", value_parser = mode_or_none, conflicts_with = "config")]
    mode: String,
    /// The guest's memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u32).range(4..=400),
          conflicts_with = "config")]
    memory: u32,
    /// The guest's command line
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = quotable, conflicts_with = "config")]
    cmdline: String,
    /// An xl.cfg to use instead; its "kernel" names the example
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// With --shot, give up when there is no picture after so many seconds (default 60); without, end then
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Boot Xen and dom0 instead of starting them from the saved state
    #[arg(long)]
    cold: bool,
    /// Read commands for dom0's shell from the terminal; "exit" ends the run
    #[arg(long)]
    keep: bool,
    /// Use VNC even though there is a desktop
    #[arg(long)]
    vnc: bool,
    /// Also show what Xen and dom0 say, and the time of each line in seconds since the start
    #[arg(long, short)]
    verbose: bool,
}

/// Checks a resolution. What the appliance makes of an odd one is for the appliance to say, by `--config`.
pub fn mode(text: &str) -> Result<String, String> {
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|n| (1..=8192).contains(n));
    match text.split_once('x') {
        Some((width, height)) if number(width).is_some() && number(height).is_some() => Ok(text.to_owned()),
        _ => Err("a resolution is WIDTHxHEIGHT, such as 1024x768, with each at most 8192".to_owned()),
    }
}

/// The same, or no display at all.
fn mode_or_none(text: &str) -> Result<String, String> {
    if text == NO_MODE { Ok(text.to_owned()) } else { mode(text) }
}

/// Text that can stand between quotes in xl.cfg.
pub fn quotable(text: &str) -> Result<String, String> {
    match text.contains(['"', '\\', '\n']) {
        true => Err("quotes, backslashes and line ends can't be passed on".to_owned()),
        false => Ok(text.to_owned()),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let appliance = Appliance::of(arguments)?;
    let display = display(arguments);
    let lab = Lab::open()?;
    lab.prepare(Need::Daily, false)?;
    let machine = Machine::start(
        &lab,
        Options {
            payload: appliance.payload()?,
            display,
            screens: appliance.screens()?,
            cold: arguments.cold,
            listener: Some(show_lines(arguments.verbose)),
            ..Options::default()
        },
    )?;
    if let Some(port) = machine.vnc_port()?.filter(|_| display == Display::Vnc) {
        say!("the screen is on VNC, 127.0.0.1:{port}; Ctrl-C ends");
    }
    let before = arguments.shot.as_ref().map(|file| shot::of_screen(&machine, file)).transpose()?;
    let backend = appliance.has_display().then(|| machine.start_backend(SCREEN)).transpose()?;
    let log = || backend.as_ref().map_or_else(|| "(not started)".to_owned(), Program::log);
    let guest = machine
        .create_from(&appliance.name, &format!("/payload/{}", Appliance::CONFIG))
        .with_context(|| format!("the back end said:\n{}", log()))?;
    if let (Some(file), Some(before)) = (&arguments.shot, before) {
        let limit = Duration::from_secs(arguments.timeout.unwrap_or(FIRST_FLIP_LIMIT));
        let picture = shot::Wait { file, limit, after: Duration::from_secs(arguments.after) }
            .shoot(&machine, &guest, &before)
            .with_context(|| format!("no picture of {}; the back end said:\n{}", guest.name(), log()))?;
        note!("{}: {}x{}", file.display(), picture.width, picture.height);
    }
    if arguments.keep {
        return shell(&machine);
    }
    if arguments.shot.is_some() {
        return Ok(());
    }
    follow(&guest, arguments.timeout.map(Duration::from_secs))
}

/// What to run: a guest's name and configuration, and the example behind it.
struct Appliance {
    name: String,
    example: String,
    config: String,
}

impl Appliance {
    /// The configuration's name in dom0's payload.
    const CONFIG: &'static str = "guest.cfg";

    fn of(arguments: &Arguments) -> Result<Appliance> {
        if let Some(path) = &arguments.config {
            let config = fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
            let field = |key| config_field(&config, key).with_context(|| format!("{} has no {key}", path.display()));
            let kernel = field("kernel")?;
            let example = Path::new(&kernel).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(Appliance { name: field("name")?, example, config });
        }
        let example = arguments.example.clone();
        let mut config = GuestConfig::new(&example, &format!("/payload/{example}.elf"));
        config.memory_mib = arguments.memory;
        config.connectors =
            if arguments.mode == NO_MODE { String::new() } else { format!("Virtual-1:{}", arguments.mode) };
        config.command_line.clone_from(&arguments.cmdline);
        config.more = vec![
            "on_poweroff=\"destroy\"".to_owned(),
            "on_reboot=\"restart\"".to_owned(),
            "on_crash=\"destroy\"".to_owned(),
        ];
        Ok(Appliance { name: example.clone(), example, config: config.text() })
    }

    /// Whether the guest gets a display, and so needs a back end.
    fn has_display(&self) -> bool {
        self.config.lines().any(|line| line.trim_start().starts_with("vdispl"))
    }

    /// The machine with the screens that the configuration names.
    fn screens(&self) -> Result<Screens> {
        let highest = highest_connector(&self.config);
        Screens::for_connectors(highest).with_context(|| {
            format!("the configuration names Virtual-{highest}, and the machine has Virtual-1 to Virtual-4")
        })
    }

    /// Builds the image, and the back end if the guest needs one.
    fn payload(&self) -> Result<Payload> {
        let mut payload = Payload::default();
        payload.file(&format!("{}.elf", self.example), &images::appliance(&self.example)?.file)?;
        if self.has_display() {
            payload.file("vitrine-backend", &images::backend()?.file)?;
        }
        payload.data(Self::CONFIG, self.config.as_bytes());
        Ok(payload)
    }
}

/// The value of a line `key = "value"` in an xl.cfg.
fn config_field(config: &str, key: &str) -> Option<String> {
    let value = |line: &str| {
        let rest = line.trim_start().strip_prefix(key)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next().map(str::to_owned)
    };
    config.lines().find_map(value)
}

/// The highest N of the connectors `Virtual-N:WIDTHxHEIGHT` in an xl.cfg; 0 if there are none.
fn highest_connector(config: &str) -> usize {
    let number = |part: &str| part.split_once(':')?.0.parse().ok();
    config.split("Virtual-").skip(1).filter_map(number).max().unwrap_or_default()
}

/// A window needs a desktop; pictures need neither window nor VNC.
fn display(arguments: &Arguments) -> Display {
    let has = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    if arguments.shot.is_some() {
        Display::None
    } else if !arguments.vnc && (has("DISPLAY") || has("WAYLAND_DISPLAY")) {
        Display::Window
    } else {
        Display::Vnc
    }
}

/// Shows each line of guest and back end, with its source in front.
fn show_lines(verbose: bool) -> Listener {
    Arc::new(move |entry: &Entry| {
        let quiet = matches!(entry.source, Source::Xen | Source::Dom0 | Source::Xl(_) | Source::Heard(_));
        let time = if verbose { format!("[{:8.3}] ", entry.at.as_secs_f64()) } else { String::new() };
        if verbose || !quiet {
            say!("{time}{}| {}", entry.source, entry.text);
        }
    })
}

/// Stays until the guest ends, or for `limit`.
fn follow(guest: &Guest<'_>, limit: Option<Duration>) -> Result<()> {
    const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);
    match guest.wait_gone(limit.unwrap_or(FOR_EVER))? {
        Some(ShutdownReason::PowerOff) | None => Ok(()),
        Some(reason) => bail!("{} ended: {reason:?}", guest.name()),
    }
}

/// dom0's shell on the terminal, line by line.
fn shell(machine: &Machine) -> Result<()> {
    note!("dom0's shell, one command a line; exit ends");
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match line.trim() {
            "exit" => break,
            "" => {}
            command => match machine.run(command) {
                Ok(output) => print!("{}", output.text),
                Err(error) => note!("{error:#}"),
            },
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_configuration_are_found() {
        let config = "# name = \"no\"\nname   = \"kiosk\"\nkernel='/etc/xen/a.elf' # image\n";
        assert_eq!(config_field(config, "name").unwrap(), "kiosk");
        assert_eq!(config_field(config, "kernel").unwrap(), "/etc/xen/a.elf");
        assert_eq!(config_field(config, "memory"), None);
    }

    #[test]
    fn connectors_are_counted() {
        let config = "# Virtual-9 is not one\nvdispl=['backend=0,connectors=Virtual-1:800x600;Virtual-3:640x480']\n";
        assert_eq!(highest_connector(config), 3);
        assert_eq!(highest_connector("memory = 32\n"), 0);
    }

    #[test]
    fn modes_are_two_numbers() {
        assert!(mode("1024x768").is_ok());
        for wrong in ["1024", "1024x", "x", "0x10", "9000x10", "axb", "-1x5"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
    }
}

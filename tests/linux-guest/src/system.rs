//! What Linux wants of an init before there is a display.

use std::fs::{self, File};

use anyhow::{Context, Result};
use rustix::mount::{MountFlags, mount};
use rustix::system::{RebootCommand, finit_module, reboot};

/// Where the modules are, and in which order they are loaded: `order` has a name a line.
const MODULES: &str = "/modules";

/// File systems, and the display's driver.
pub fn start() -> Result<()> {
    mount("devtmpfs", "/dev", "devtmpfs", MountFlags::empty(), None).context("can't mount /dev")?;
    mount("sysfs", "/sys", "sysfs", MountFlags::empty(), None).context("can't mount /sys")?;
    let order = fs::read_to_string(format!("{MODULES}/order")).context("no list of modules")?;
    for name in order.lines() {
        let file = File::open(format!("{MODULES}/{name}.ko")).with_context(|| format!("no module {name}"))?;
        finit_module(&file, c"", 0).with_context(|| format!("the module {name} can't be loaded"))?;
    }
    Ok(())
}

/// Writes the display to one of its driver's files in sysfs, `bind` or `unbind`.
pub fn tell_driver(file: &str) -> Result<()> {
    const DRIVER: &str = "/sys/bus/xen/drivers/vdispl";
    fs::write(format!("{DRIVER}/{file}"), "vdispl-0").with_context(|| format!("the driver can't {file} the display"))
}

/// Powers the guest off; Linux closes its devices on the way.
pub fn end() -> Result<()> {
    reboot(RebootCommand::PowerOff).context("Linux does not power off")
}

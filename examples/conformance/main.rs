//! Drives a back end through every request, right and wrong, and prints what it answers beside what the protocol allows.
//! For people who write back ends.
//!
//! Command line: `cases=create,flip` runs only these groups of `operations`, `create`, `attach`, `config`, `flip`, `edid` and
//! `alloc`. Ends by power-off when every answer is allowed, else as crashed.
#![no_std]
#![no_main]

extern crate alloc;

mod suite;

use suite::{GROUPS, Row, Suite};
use vitrine::kernel::Xen;
use vitrine::prelude::*;

vitrine::main!(conform);

async fn conform(system: System) -> Result<(), Error> {
    let cases = system.command_line().value("cases");
    let chosen = |group: &str| cases.is_none_or(|cases| cases.split(',').any(|name| name == group));
    if let Some(cases) = cases
        && !GROUPS.into_iter().any(chosen)
    {
        return Err(Error::Word("cases", cases, "operations, create, attach, config, flip, edid or alloc"));
    }
    let report = |row: &Row| if row.is_expected() { info!("{row}") } else { warn!("{row}") };
    let tally = Suite::run(Xen, Xen, chosen, report).await;
    let tally = tally.map_err(|error| Error::Appliance(alloc::format!("{error}")))?;
    info!("conformance: {} as expected, {} deviations", tally.as_expected, tally.deviations);
    match tally.deviations {
        0 => Ok(()),
        deviations => Err(Error::Appliance(alloc::format!("the back end deviates {deviations} times"))),
    }
}

//! A guest's page directories: lists of grants, in pages that it has granted.
//!
//! Every entry is the guest's word: a grant may be 0, foreign, or listed twice, and the pages may form a circle. What is
//! wanted of a directory is counted beforehand, so that none of this makes it endless.

use vitrine_xen::io::displif::directory::{GRANTS_PER_PAGE, read_page};
use vitrine_xen::platform::{BackPlatform, SharedPages};
use vitrine_xen::{DomainId, GrantRef};

use super::Refusal;

/// Reads the first `count` grants of a directory, page by page; each page is mapped only while it is read.
pub fn read<P: BackPlatform>(
    platform: &P,
    guest: DomainId,
    first: GrantRef,
    count: usize,
) -> Result<Vec<GrantRef>, Refusal> {
    let mut references = Vec::with_capacity(count);
    let mut next = first;
    while references.len() < count {
        if next.0 == 0 {
            return Err(Refusal::Directory);
        }
        let page = platform.map(guest, &[next]).map_err(Refusal::Map)?;
        let listed = (count - references.len()).min(GRANTS_PER_PAGE);
        next = read_page(page.memory(), listed, |reference| references.push(reference));
    }
    if references.iter().any(|reference| reference.0 == 0) { Err(Refusal::Directory) } else { Ok(references) }
}

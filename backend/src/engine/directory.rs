//! A guest's page directories: lists of grants, in pages that it has granted.
//!
//! Every entry is the guest's word: a grant may be 0, foreign, or listed twice, and the pages may form a circle. What is
//! wanted of a directory is counted beforehand, so that none of this makes it endless.

use vitrine_xen::io::displif::directory::{GRANTS_PER_PAGE, directory_pages, fill_page, read_page};
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

/// A directory whose entries are to be written: its pages, mapped.
pub struct Blank<M>(Vec<M>);

impl<M: SharedPages> Blank<M> {
    /// Maps a directory that has room for `count` grants, and in which only the next pages are named.
    pub fn open<P: BackPlatform<Mapping = M>>(
        platform: &P,
        guest: DomainId,
        first: GrantRef,
        count: usize,
    ) -> Result<Self, Refusal> {
        let (mut pages, mut next) = (Vec::new(), first);
        for _ in 0..directory_pages(count) {
            if next.0 == 0 {
                return Err(Refusal::Directory);
            }
            let page = platform.map(guest, &[next]).map_err(Refusal::Map)?;
            next = read_page(page.memory(), 0, |_| ());
            pages.push(page);
        }
        Ok(Self(pages))
    }

    /// Writes the grants, as many as there is room for.
    pub fn fill(self, references: &[GrantRef]) {
        for (page, listed) in self.0.iter().zip(references.chunks(GRANTS_PER_PAGE)) {
            fill_page(page.memory(), listed);
        }
    }
}

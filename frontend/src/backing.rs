//! Where a dumb buffer's bytes are, and how the back end gets at them.
//!
//! A buffer is described to the back end by a page directory, which is granted to it. There are three kinds:
//! - pages of this domain, made for the buffer and granted ([`Backing::allocate`]);
//! - pages that the appliance has already, shared as a scatter list ([`Backing::import`]);
//! - pages of the back end's (`be-alloc=1`), which it grants to us in its answer ([`Backing::request`], then
//!   [`Backing::accept`]).
//!
//! Everything is all or nothing, and what is wrong is said before anything is made where that is possible. [`BufferMemory`] is
//! how the appliance reaches the bytes: only those of the buffer, for as long as it holds the handle.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use vitrine_xen::io::displif::{FLAG_REQUEST_ALLOCATION, directory};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, OutOfMemory, OwnPages, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use crate::Error;
use crate::shared::{Granted, Quarantine, expect_free_grants};

/// A buffer's pages and its page directory.
pub struct Backing<P: FrontPlatform> {
    directory: Granted<P>,
    pages: Pages<P>,
    /// Where the bytes begin in the first page.
    offset: u32,
    size: u32,
}

enum Pages<P: FrontPlatform> {
    Own(Granted<P>),
    Imported(Vec<Granted<P>>),
    /// `None` until the back end has answered, and again when they were unmapped.
    Allocated(Option<Rc<P::Mapped>>),
}

/// How many grants a buffer takes that is made of pages of this domain: one for each page of `size` bytes that begin `offset`
/// bytes into the first one, and one for each page of its directory.
pub const fn grants(offset: u32, size: u32) -> usize {
    let pages = directory::buffer_pages(offset, size);
    pages + directory::directory_pages(pages)
}

impl<P: FrontPlatform> Backing<P> {
    /// Allocates zeroed pages for `size` bytes, at least 1, and grants them to `peer`. `shortage` says what there is too little
    /// memory for.
    pub fn allocate(
        platform: &P,
        peer: DomainId,
        size: u32,
        shortage: impl Fn(OutOfMemory) -> Error,
    ) -> Result<Self, Error> {
        expect_free_grants(platform, grants(0, size))?;
        let pages = Granted::new(platform, peer, directory::buffer_pages(0, size), &shortage)?;
        let directory = list(platform, peer, pages.references(), &shortage)?;
        Ok(Self { directory, pages: Pages::Own(pages), offset: 0, size })
    }

    /// Grants `size` bytes of a scatter list that begin `offset` bytes into its first page. The peer can reach the whole of the
    /// first and the last page, since pages are what is granted.
    pub fn import(
        platform: &P,
        peer: DomainId,
        scatter: &Scatter<P>,
        offset: u32,
        size: u32,
        shortage: impl Fn(OutOfMemory) -> Error,
    ) -> Result<Self, Error> {
        scatter.check(offset, size).map_err(Error::Import)?;
        expect_free_grants(platform, grants(offset, size))?;
        let grant =
            |(pages, which): &(Rc<P::Pages>, Range<usize>)| Granted::of(platform, peer, pages.clone(), which.clone());
        let pieces: Vec<Granted<P>> = scatter.pieces.iter().map(grant).collect::<Result<_, _>>()?;
        let references: Vec<GrantRef> = pieces.iter().flat_map(Granted::references).copied().collect();
        let directory = list(platform, peer, &references, &shortage)?;
        Ok(Self { directory, pages: Pages::Imported(pieces), offset, size })
    }

    /// Makes a directory in which the back end is to list the pages that it allocates for `size` bytes, at least 1.
    pub fn request(
        platform: &P,
        peer: DomainId,
        size: u32,
        shortage: impl Fn(OutOfMemory) -> Error,
    ) -> Result<Self, Error> {
        let pages = directory::directory_pages(directory::buffer_pages(0, size));
        let directory = Granted::new(platform, peer, pages, shortage)?;
        directory::prepare(directory.memory(), directory.references());
        Ok(Self { directory, pages: Pages::Allocated(None), offset: 0, size })
    }

    /// Maps the pages that the back end has allocated, once it has said that it has. Nothing happens to buffers of the other
    /// kinds, or when they are mapped already. After an error nothing is mapped, and the buffer is of no use.
    pub fn accept(&mut self, platform: &P, peer: DomainId) -> Result<(), Error> {
        let Pages::Allocated(mapped @ None) = &mut self.pages else { return Ok(()) };
        let count = directory::buffer_pages(self.offset, self.size);
        let references = directory::read_filled(self.directory.memory(), count).map_err(Error::Directory)?;
        *mapped = Some(Rc::new(platform.map(peer, &references).map_err(Error::Mapping)?));
        Ok(())
    }

    /// Lets go of pages of the back end's, before it is told that the buffer is destroyed. `false` while a handle of
    /// [`Self::memory`] keeps them mapped; they are unmapped when the last one is dropped.
    pub fn unmap(&mut self) -> bool {
        match &mut self.pages {
            Pages::Allocated(mapped) => mapped.take().is_none_or(|mapped| Rc::into_inner(mapped).is_some()),
            Pages::Own(_) | Pages::Imported(_) => true,
        }
    }

    /// The grant of the first page of the directory.
    pub fn directory(&self) -> GrantRef {
        self.directory.references()[0]
    }

    /// `data_ofs` of DBUF_CREATE: where the bytes begin in the first page, less than 4096.
    pub fn data_offset(&self) -> u32 {
        self.offset
    }

    /// `flags` of DBUF_CREATE.
    pub fn flags(&self) -> u32 {
        match self.pages {
            Pages::Allocated(_) => FLAG_REQUEST_ALLOCATION,
            Pages::Own(_) | Pages::Imported(_) => 0,
        }
    }

    /// How many bytes the buffer has.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// How many pages of this domain are granted for it.
    pub fn grants(&self) -> usize {
        let pages = match &self.pages {
            Pages::Own(pages) => pages.references().len(),
            Pages::Imported(pieces) => pieces.iter().map(|piece| piece.references().len()).sum(),
            Pages::Allocated(_) => 0,
        };
        pages + self.directory.references().len()
    }

    /// A handle to the bytes. `None` for memory that was imported, since whoever imported it has it, and for the back end's
    /// pages while they are not mapped.
    pub fn memory(&self) -> Option<BufferMemory> {
        let pages: Rc<dyn SharedPages> = match &self.pages {
            Pages::Own(pages) => pages.pages().clone(),
            Pages::Imported(_) => return None,
            Pages::Allocated(mapped) => mapped.clone()?,
        };
        Some(BufferMemory { pages, size: self.size as usize })
    }

    /// Takes the pages back, into quarantine while the back end still maps them.
    pub fn release(self, quarantine: &mut Quarantine<P>) {
        match self.pages {
            Pages::Own(pages) => quarantine.end(pages),
            Pages::Imported(pieces) => pieces.into_iter().for_each(|piece| quarantine.end(piece)),
            Pages::Allocated(mapped) => drop(mapped),
        }
        quarantine.end(self.directory);
    }
}

/// Makes a directory of these grants.
fn list<P: FrontPlatform>(
    platform: &P,
    peer: DomainId,
    references: &[GrantRef],
    shortage: impl Fn(OutOfMemory) -> Error,
) -> Result<Granted<P>, Error> {
    let directory = Granted::new(platform, peer, directory::directory_pages(references.len()), shortage)?;
    directory::write(directory.memory(), directory.references(), references);
    Ok(directory)
}

/// The bytes of a buffer: no more than it has, and there for as long as this handle is, whatever becomes of the buffer. The
/// back end can read and write them at any time, as long as it has them.
#[derive(Clone)]
pub struct BufferMemory {
    pages: Rc<dyn SharedPages>,
    size: usize,
}

impl SharedPages for BufferMemory {
    fn memory(&self) -> SharedMemory<'_> {
        self.pages.memory().part(0, self.size)
    }
}

/// Pages of the appliance's own, in the order in which they are to be one buffer. Only pages that the appliance has allocated
/// can get in here, and they stay allocated for as long as the list, or a buffer made of it, needs them.
pub struct Scatter<P: FrontPlatform> {
    pieces: Vec<(Rc<P::Pages>, Range<usize>)>,
    count: usize,
}

impl<P: FrontPlatform> Default for Scatter<P> {
    fn default() -> Self {
        Self { pieces: Vec::new(), count: 0 }
    }
}

impl<P: FrontPlatform> Scatter<P> {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// All pages of an allocation.
    pub fn of(pages: &Rc<P::Pages>) -> Self {
        let count = pages.count();
        Self { pieces: [(pages.clone(), 0..count)].into(), count }
    }

    /// Adds some pages of an allocation at the end. An error, and nothing is added, when it does not have them.
    pub fn add(&mut self, pages: &Rc<P::Pages>, which: Range<usize>) -> Result<(), BadImport> {
        let given = pages.count();
        if which.start > which.end || which.end > given {
            return Err(BadImport::NoSuchPages { end: which.end.max(which.start), given });
        }
        self.count += which.len();
        self.pieces.push((pages.clone(), which));
        Ok(())
    }

    /// How many pages there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether `size` bytes at `offset` need just these pages.
    fn check(&self, offset: u32, size: u32) -> Result<(), BadImport> {
        if size == 0 {
            return Err(BadImport::Empty);
        }
        if offset as usize >= PAGE_SIZE {
            return Err(BadImport::Offset(offset));
        }
        let (needed, given) = (directory::buffer_pages(offset, size), self.count);
        if needed == given { Ok(()) } else { Err(BadImport::Pages { needed, given }) }
    }
}

/// Why memory can't be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadImport {
    /// No byte is to be shared.
    Empty,
    /// The bytes would begin this far into the first page, which is beyond it.
    Offset(u32),
    /// The list has not the pages that the bytes take.
    Pages {
        /// How many pages they take.
        needed: usize,
        /// How many there are.
        given: usize,
    },
    /// Pages of an allocation were named that it does not have.
    NoSuchPages {
        /// Past the last page that was named.
        end: usize,
        /// How many pages the allocation has.
        given: usize,
    },
}

impl fmt::Display for BadImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it has no bytes"),
            Self::Offset(offset) => write!(f, "offset {offset} is beyond the first page of {PAGE_SIZE} bytes"),
            Self::Pages { needed, given } => write!(f, "it takes {needed} pages, and the list has {given}"),
            Self::NoSuchPages { end, given } => write!(f, "pages up to {end} were named of an allocation of {given}"),
        }
    }
}

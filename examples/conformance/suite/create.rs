//! DBUF_CREATE and DBUF_DESTROY: cookies, page directories, sizes.

use vitrine_xen::io::displif::directory::GRANTS_PER_PAGE;
use vitrine_xen::io::displif::{DisplayBuffer, FLAG_REQUEST_ALLOCATION, Operation, Status};
use vitrine_xen::platform::{FrontPlatform, Store};
use vitrine_xen::{GrantRef, PAGE_SIZE};

use super::Expected::{Answered, Done, Refused};
use super::{Actual, Expected, Row, Stop, Suite};

/// A picture of 64x64 pixels: 16,384 bytes, four pages.
const SIDE: u32 = 64;
const BYTES: u32 = 4 * SIDE * SIDE;
/// Beyond every grant table.
const NO_GRANT: GrantRef = GrantRef(0x7fff_fff0);

/// A buffer that is not as it should be: the case's name, what is asked, the change, what is expected, what displ_be says.
type Change = (&'static str, &'static str, fn(&mut DisplayBuffer), Expected, &'static str);

const CHANGES: [Change; 21] = [
    ("valid", "DBUF_CREATE 64x64x32, 4 pages", |_| (), Done, "0"),
    ("import", "DBUF_CREATE 0x0x0, 4 pages", |offer| shape(offer, 0, 0, 0), Done, "0"),
    ("one-pixel", "DBUF_CREATE 1x1x32", |offer| shape(offer, 1, 1, 32), Done, ""),
    ("depth-16", "DBUF_CREATE 64x64x16", |offer| offer.bits_per_pixel = 16, Done, ""),
    ("depth-8", "DBUF_CREATE 64x64x8", |offer| offer.bits_per_pixel = 8, Answered, ""),
    ("cookie-0", "DBUF_CREATE, cookie 0", |offer| offer.dbuf_cookie = 0, Refused, "0"),
    ("width-0", "DBUF_CREATE 0x64x32", |offer| offer.width = 0, Refused, ""),
    ("height-0", "DBUF_CREATE 64x0x32", |offer| offer.height = 0, Refused, ""),
    ("depth-0", "DBUF_CREATE 64x64x0", |offer| offer.bits_per_pixel = 0, Refused, ""),
    ("size-0", "DBUF_CREATE, buffer_sz 0", |offer| offer.buffer_size = 0, Refused, ""),
    ("too-small", "DBUF_CREATE 64x64x32, buffer_sz 4096", |offer| offer.buffer_size = 4096, Refused, "0"),
    ("too-large", "DBUF_CREATE 65536x65536x32", |offer| shape(offer, 65536, 65536, 32), Refused, ""),
    ("size-4G", "DBUF_CREATE, buffer_sz 0xffffffff", |offer| offer.buffer_size = u32::MAX, Refused, ""),
    ("flag-1", "DBUF_CREATE, flags 0x2", |offer| offer.flags = 2, Refused, ""),
    ("flag-31", "DBUF_CREATE, flags 0x80000000", |offer| offer.flags = 1 << 31, Refused, ""),
    (
        "alloc-import",
        "DBUF_CREATE 0x0x0, REQ_ALLOC",
        |offer| {
            shape(offer, 0, 0, 0);
            offer.flags = FLAG_REQUEST_ALLOCATION;
        },
        Refused,
        "-22",
    ),
    (
        "alloc-offset",
        "DBUF_CREATE, REQ_ALLOC, data_ofs 64",
        |offer| {
            (offer.flags, offer.data_offset) = (FLAG_REQUEST_ALLOCATION, 64);
        },
        Refused,
        "-22",
    ),
    ("offset-4G", "DBUF_CREATE, data_ofs 0xffffffff", |offer| offer.data_offset = u32::MAX, Refused, ""),
    ("directory-0", "DBUF_CREATE, gref_directory 0", |offer| offer.directory = GrantRef(0), Refused, "0"),
    ("directory-none", "DBUF_CREATE, gref_directory not granted", |offer| offer.directory = NO_GRANT, Refused, "-22"),
    ("cookie-largest", "DBUF_CREATE, cookie 2^64 - 1", |offer| offer.dbuf_cookie = u64::MAX, Done, ""),
];

fn shape(offer: &mut DisplayBuffer, width: u32, height: u32, depth: u32) {
    (offer.width, offer.height, offer.bits_per_pixel) = (width, height, depth);
}

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn create(&mut self) -> Result<(), Stop> {
        for (name, request, change, expected, displ_be) in CHANGES {
            let buffer = self.buffer(BYTES)?;
            let mut offer = buffer.offer(SIDE, SIDE);
            change(&mut offer);
            self.offer((name, request), offer, (expected, displ_be)).await?;
            self.quarantine.end(buffer.granted);
        }
        self.cookies().await?;
        self.directories().await?;
        self.long_directories().await?;
        self.offsets().await
    }

    /// Sends an offer, and takes it back if it was accepted.
    async fn offer(
        &mut self,
        named: (&str, &str),
        offer: DisplayBuffer,
        (expected, displ_be): (Expected, &'static str),
    ) -> Result<(), Stop> {
        let actual = self.ask(0, Operation::BufferCreate(offer)).await?;
        let accepted = actual == Actual::Answer(Status::OK);
        self.row(named.0, named.1, expected, actual, displ_be);
        if accepted {
            self.ask(0, Operation::BufferDestroy(offer.dbuf_cookie)).await?;
        }
        Ok(())
    }

    /// A cookie names one living buffer, and another one after that.
    async fn cookies(&mut self) -> Result<(), Stop> {
        let (buffer, other) = (self.buffer(BYTES)?, self.buffer(BYTES)?);
        let offer = buffer.offer(SIDE, SIDE);
        self.need("a buffer is created", 0, Operation::BufferCreate(offer)).await?;
        let same = Operation::BufferCreate(DisplayBuffer { dbuf_cookie: buffer.cookie, ..other.offer(SIDE, SIDE) });
        let names = ("same-cookie", "DBUF_CREATE, the cookie of a living buffer");
        self.case(names, 0, same, (Refused, "0")).await?;
        let destroy = Operation::BufferDestroy(buffer.cookie);
        self.case(("destroy", "DBUF_DESTROY"), 0, destroy, (Done, "0")).await?;
        self.case(("destroy-again", "DBUF_DESTROY, the same again"), 0, destroy, (Answered, "0")).await?;
        self.case(("re-create", "DBUF_CREATE, the cookie of a destroyed buffer"), 0, same, (Done, "")).await?;
        self.need("a buffer is destroyed", 0, destroy).await?;
        let unknown = Operation::BufferDestroy(0xdead);
        self.case(("destroy-unknown", "DBUF_DESTROY, unknown cookie"), 0, unknown, (Answered, "0")).await?;
        [buffer, other].into_iter().for_each(|buffer| self.quarantine.end(buffer.granted));
        Ok(())
    }

    /// What a directory of one page can say.
    async fn directories(&mut self) -> Result<(), Stop> {
        let cases = [
            ("entry-0", "DBUF_CREATE, the directory lists 0", GrantRef(0), Refused, ""),
            ("entry-none", "DBUF_CREATE, the directory lists what is not granted", NO_GRANT, Refused, "-22"),
        ];
        for (name, request, reference, expected, displ_be) in cases {
            let buffer = self.buffer(BYTES)?;
            buffer.directory_memory().write_u32(4 + 4 * 2, reference.0);
            self.offer((name, request), buffer.offer(SIDE, SIDE), (expected, displ_be)).await?;
            self.quarantine.end(buffer.granted);
        }
        let buffer = self.buffer(BYTES)?;
        buffer.directory_memory().write_u32(4 + 4 * 2, buffer.pages()[0].0);
        let names = ("entry-twice", "DBUF_CREATE, the directory lists a page twice");
        self.offer(names, buffer.offer(SIDE, SIDE), (Answered, "")).await?;
        self.quarantine.end(buffer.granted);
        Ok(())
    }

    /// Directories of two pages: 1,024 x 1,024 pixels are 1,024 pages, one more than a directory page lists.
    async fn long_directories(&mut self) -> Result<(), Stop> {
        let cases = [
            ("two-pages", "DBUF_CREATE 1024x1024x32, two directory pages", None, Done, ""),
            ("too-short", "DBUF_CREATE 1024x1024x32, the directory ends early", Some(0), Refused, ""),
            ("cyclic", "DBUF_CREATE 1024x1024x32, the directory is its own next page", Some(1), Answered, ""),
        ];
        let side = 1 + GRANTS_PER_PAGE as u32;
        for (name, request, next, expected, displ_be) in cases {
            let buffer = self.buffer(side * PAGE_SIZE as u32)?;
            if let Some(next) = next {
                buffer.directory_memory().write_u32(0, next * buffer.directory().0);
            }
            self.offer((name, request), buffer.offer(side, side), (expected, displ_be)).await?;
            self.quarantine.end(buffer.granted);
        }
        Ok(())
    }

    /// `data_ofs`, which version 1 does not have.
    async fn offsets(&mut self) -> Result<(), Stop> {
        let buffer = self.buffer(BYTES + 64)?;
        let mut offer = DisplayBuffer { buffer_size: BYTES, data_offset: 64, ..buffer.offer(0, 0) };
        offer.bits_per_pixel = 0;
        let expected = if self.version_2 { Done } else { Answered };
        let names = ("offset", "DBUF_CREATE 0x0x0, data_ofs 64, 5 pages");
        self.offer(names, offer, (expected, "0")).await?;
        offer.data_offset = PAGE_SIZE as u32;
        let names = ("offset-page", "DBUF_CREATE 0x0x0, data_ofs 4096");
        self.offer(names, offer, (Answered, "")).await?;
        self.quarantine.end(buffer.granted);
        Ok(())
    }
}

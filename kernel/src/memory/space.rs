//! The machine's own frames and page tables.

use core::ops::{DerefMut, Range};

use vitrine_xen::figures::MemoryFigures;
use vitrine_xen::{Gfn, PAGE_SIZE};
use x86_64::instructions::tlb;
use x86_64::registers::control::{Cr3, Cr3Flags};
use x86_64::structures::paging::PhysFrame;
use x86_64::{PhysAddr, VirtAddr};

use super::frames::Frames;
use super::map::{ADDRESS_LIMIT, MemoryMap};
use super::page_table::{NoTableLeft, PageAccess, PageTables, TableMemory};
use super::window::Window;
use super::{heap, image};
use crate::arch::{cpu, entry, stack};
use crate::one_cpu::OneCpu;

static FRAMES: OneCpu<Option<Frames<'static>>> = OneCpu::new(None);
static TABLES: OneCpu<Option<PageTables<TableFrames>>> = OneCpu::new(None);
static FOREIGN: OneCpu<Range<u64>> = OneCpu::new(0..0);
static WINDOW: OneCpu<Window> = OneCpu::new(Window::new(0..0));

/// Physical addresses that are kept for frames which Xen places: shared_info and the grant table, which takes up to 64
/// frames unless the host's configuration says more.
const FOREIGN_SIZE: u64 = 2 << 20;

/// Physical addresses that are kept for granted frames of other domains and for scattered frames of our own: eight buffers of
/// 7680x4320. They cost nothing until they are used.
const WINDOW_SIZE: u64 = 1 << 30;

/// Page tables in frames of RAM, which are mapped to themselves.
struct TableFrames;

impl TableMemory for TableFrames {
    fn allocate(&mut self) -> Option<u64> {
        let table = (allocate_frames(1)? * PAGE_SIZE) as u64;
        // SAFETY: the frame is RAM, nobody else's, and mapped to itself, by the entry stub or by these tables.
        unsafe { core::ptr::write_bytes(table as *mut u64, 0, 512) };
        Some(table)
    }

    fn read(&self, table: u64, index: usize) -> u64 {
        assert!(index < 512);
        // SAFETY: `table` came from `allocate`, and `index` lies in it. Volatile: the CPU sets bits in it too.
        unsafe { (table as *const u64).add(index).read_volatile() }
    }

    fn write(&mut self, table: u64, index: usize, entry: u64) {
        assert!(index < 512);
        // SAFETY: as in `read`. What the entry does is the business of `PageTables`.
        unsafe { (table as *mut u64).add(index).write_volatile(entry) }
    }
}

/// Hands the memory of `map` to the frame allocator and the heap, and switches to page tables of our own.
///
/// # Safety
/// To be called once, on the entry stub's page tables, when nothing outside the image is needed any more.
pub(crate) unsafe fn initialise(map: &MemoryMap, no_execute: bool) {
    let image = image::whole();
    let words = (map.ram_end() as usize).div_ceil(PAGE_SIZE * 64);
    let after_bitmap = (image.end + words * 8).next_multiple_of(PAGE_SIZE);
    let fits = map.ram().any(|ram| ram.start as usize <= image.start && after_bitmap <= ram.end as usize);
    assert!(fits, "the image does not fit into this domain's memory: raise memory= in the guest's configuration");
    // SAFETY: the words lie behind the image, in RAM that nobody has been given yet.
    let bitmap = unsafe { core::slice::from_raw_parts_mut(image.end as *mut u64, words) };
    let mut frames = Frames::new(bitmap);
    let numbers = |start: u64, end: u64| start as usize / PAGE_SIZE..end as usize / PAGE_SIZE;
    // The page tables must be made of frames that the entry stub has mapped.
    for ram in map.ram() {
        frames.add(numbers(ram.start, ram.end.min(entry::MAPPED)));
    }
    frames.reserve(0..1);
    frames.reserve(image.start / PAGE_SIZE..after_bitmap / PAGE_SIZE);
    *FRAMES.borrow() = Some(frames);
    let tables = build_tables(map, no_execute).expect("memory for page tables: raise memory=");
    let root = PhysFrame::containing_address(PhysAddr::new(tables.root()));
    // SAFETY: the new tables map the image, all stacks and all RAM to themselves, as the entry stub's did.
    unsafe { Cr3::write(root, Cr3Flags::empty()) };
    *TABLES.borrow() = Some(tables);
    if let Some(frames) = FRAMES.borrow().as_mut() {
        map.ram().for_each(|ram| frames.add(numbers(ram.start.max(entry::MAPPED), ram.end)));
    }
    // Xen's own devices (IO-APIC, local APIC) would be above the end of this search, and are in no memory map.
    let foreign = map.hole(FOREIGN_SIZE, (128 << 20)..0xfec0_0000).expect("2 MiB of addresses without RAM below 4 GiB");
    *FOREIGN.borrow() = foreign..foreign + FOREIGN_SIZE;
    // Above all RAM and every device. Where the CPU has no addresses left there is no window, and mapping says so.
    let above = map.ram_end().max(1 << 32)..ADDRESS_LIMIT.min(1 << cpu::physical_address_bits());
    let window = map.hole(WINDOW_SIZE, above).map_or(0..0, |start| numbers(start, start + WINDOW_SIZE));
    *WINDOW.borrow() = Window::new(window);
    heap::initialise(after_bitmap / PAGE_SIZE);
}

/// RAM writable, the image by its parts, and holes where a mistake would go: page 0 and below every stack.
fn build_tables(map: &MemoryMap, no_execute: bool) -> Result<PageTables<TableFrames>, NoTableLeft> {
    let addresses = |range: Range<usize>| range.start as u64..range.end as u64;
    let mut tables = PageTables::new(TableFrames, no_execute)?;
    for ram in map.ram() {
        tables.map(ram, PageAccess::ReadWrite)?;
    }
    tables.map(addresses(image::text()), PageAccess::ReadExecute)?;
    tables.map(addresses(image::rodata()), PageAccess::Read)?;
    tables.unmap(0)?;
    for guard in stack::guard_pages() {
        tables.unmap(guard as u64)?;
    }
    Ok(tables)
}

/// Maps one frame that is no RAM of the memory map: a special page. The answer is its address.
pub(crate) fn map_special(frame: Gfn) -> *mut u8 {
    let start = frame.0 * PAGE_SIZE as u64;
    let mut tables = TABLES.borrow();
    let tables = tables.as_mut().expect("page tables before special pages");
    tables.map(start..start + PAGE_SIZE as u64, PageAccess::ReadWrite).expect("memory for page tables: raise memory=");
    // The page was not mapped before, so no stale translation of it can be cached.
    start as *mut u8
}

/// Finds a frame that holds no RAM, where Xen can place a page of its own, and maps it. `None` when all are taken.
pub(crate) fn place_foreign() -> Option<(Gfn, *mut u8)> {
    let mut foreign = FOREIGN.borrow();
    let frame = Gfn(foreign.start / PAGE_SIZE as u64);
    if foreign.is_empty() {
        return None;
    }
    foreign.start += PAGE_SIZE as u64;
    Some((frame, map_special(frame)))
}

/// The pages that [`reach`] and [`gather`] put things at.
pub(crate) fn window() -> impl DerefMut<Target = Window> {
    WINDOW.borrow()
}

/// Makes pages of the window reachable that Xen has placed frames at, all or none: `false` when there is no memory for page
/// tables. Tables stay for whatever is next at these addresses.
pub(crate) fn reach(pages: Range<usize>) -> bool {
    let reached = pages.clone().all(|page| show(page, page));
    if !reached {
        hide(pages);
    }
    reached
}

/// Makes pages of the window unreachable, those that are reachable.
pub(crate) fn hide(pages: Range<usize>) {
    for page in pages {
        conceal(page);
    }
}

/// Takes `count` frames, at least 1, wherever they are, and puts them side by side in the window; the answer is the first
/// page there. `None` when there are too few frames or addresses.
pub(crate) fn gather(count: usize) -> Option<usize> {
    let first = window().take(count)?;
    let mut below = usize::MAX;
    for page in first..first + count {
        let frame = take_highest_below(below);
        if !frame.is_some_and(|frame| show(page, frame)) {
            frame.into_iter().for_each(|frame| release_frames(frame, 1));
            scatter(first..page);
            window().release(page..first + count);
            return None;
        }
        below = frame.unwrap_or(below);
    }
    Some(first)
}

/// Gives frames of [`gather`] back.
pub(crate) fn scatter(pages: Range<usize>) {
    for page in pages.clone() {
        let frame = conceal(page).expect("a page of `gather` has a frame");
        release_frames(frame, 1);
    }
    if !pages.is_empty() {
        window().release(pages);
    }
}

/// The frame that a page of the window shows, if it shows any.
pub(crate) fn frame_at(page: usize) -> Option<usize> {
    let tables = TABLES.borrow();
    let frame = tables.as_ref()?.frame_at(address(page))?;
    Some(frame as usize / PAGE_SIZE)
}

/// Lets a page of the window that shows nothing show a frame. `false` when there is no memory for a page table.
fn show(page: usize, frame: usize) -> bool {
    let mut tables = TABLES.borrow();
    let tables = tables.as_mut().expect("page tables before mappings");
    // Nothing was mapped there, or `conceal` has made the CPU forget it.
    tables.map_frame(address(page), address(frame)).is_ok()
}

/// Lets a page of the window show nothing; the answer is the frame that it showed.
fn conceal(page: usize) -> Option<usize> {
    let frame = frame_at(page)?;
    let mut tables = TABLES.borrow();
    let tables = tables.as_mut().expect("page tables before mappings");
    tables.unmap(address(page)).expect("a page that is mapped has a table");
    tlb::flush(VirtAddr::new(address(page)));
    Some(frame)
}

fn take_highest_below(below: usize) -> Option<usize> {
    let mut frames = FRAMES.borrow();
    let frames = frames.as_mut()?;
    frames.highest_below(below).filter(|frame| frames.take(*frame, 1))
}

fn address(page: usize) -> u64 {
    (page * PAGE_SIZE) as u64
}

/// The first of `count` free frames in one run, or `None`. Their content is whatever was there.
pub(crate) fn allocate_frames(count: usize) -> Option<usize> {
    FRAMES.borrow().as_mut()?.allocate(count)
}

/// Takes these very frames, if they are free.
pub(crate) fn take_frames(first: usize, count: usize) -> bool {
    FRAMES.borrow().as_mut().is_some_and(|frames| frames.take(first, count))
}

/// The lowest run of `count` free frames from `from` on.
pub(super) fn lowest_run(from: usize, count: usize) -> Option<usize> {
    FRAMES.borrow().as_ref()?.lowest_run(from, count)
}

/// Takes frames back.
pub(crate) fn release_frames(first: usize, count: usize) {
    if let Some(frames) = FRAMES.borrow().as_mut() {
        frames.release(first, count);
    }
}

/// Frames that are free now.
pub(super) fn free_frames() -> usize {
    FRAMES.borrow().as_ref().map_or(0, Frames::free)
}

/// The figures; see [`MemoryFigures`].
pub(crate) fn figures() -> MemoryFigures {
    let (heap, heap_used) = heap::figures();
    let frames = FRAMES.borrow();
    let Some(frames) = frames.as_ref() else { return MemoryFigures::default() };
    MemoryFigures {
        total: frames.total() * PAGE_SIZE,
        used: (frames.total() - frames.free()) * PAGE_SIZE,
        used_at_most: (frames.total() - frames.least_free()) * PAGE_SIZE,
        image: image::whole().len(),
        heap,
        heap_used,
    }
}

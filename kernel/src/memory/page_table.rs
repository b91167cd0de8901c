//! Builds page tables: an identity map with just the access that each page needs, and single frames elsewhere.
//!
//! Pages of 2 MiB where a whole one has the same access, pages of 4 KiB elsewhere. All memory is mapped write-back (the
//! cache bits stay 0), because everything that an appliance maps is RAM, its own or shared.

use core::ops::Range;

/// What may be done with a page. There is no access that both writes and executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageAccess {
    /// Code.
    ReadExecute,
    /// Constants.
    Read,
    /// Data.
    ReadWrite,
}

/// Where page tables are kept.
pub(crate) trait TableMemory {
    /// The physical address of a new table, all 512 entries 0.
    fn allocate(&mut self) -> Option<u64>;
    /// Entry `index` of the table at `table`.
    fn read(&self, table: u64, index: usize) -> u64;
    /// Writes that entry.
    fn write(&mut self, table: u64, index: usize, entry: u64);
}

/// There was no frame left for a page table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoTableLeft;

const PRESENT: u64 = 1 << 0;
const WRITABLE: u64 = 1 << 1;
const LARGE: u64 = 1 << 7;
const NO_EXECUTE: u64 = 1 << 63;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

const SMALL_PAGE: u64 = 4096;
const LARGE_PAGE: u64 = 2 << 20;

/// Four-level page tables under construction, or in use.
pub(crate) struct PageTables<M> {
    memory: M,
    root: u64,
    no_execute: bool,
}

impl<M: TableMemory> PageTables<M> {
    /// Tables that map nothing. `no_execute` says whether the CPU knows that bit.
    pub(crate) fn new(mut memory: M, no_execute: bool) -> Result<Self, NoTableLeft> {
        let root = memory.allocate().ok_or(NoTableLeft)?;
        Ok(Self { memory, root, no_execute })
    }

    /// The physical address of the top table, for CR3.
    pub(crate) fn root(&self) -> u64 {
        self.root
    }

    /// Maps addresses, multiples of 4096, to themselves with this access, whatever was there before.
    pub(crate) fn map(&mut self, range: Range<u64>, access: PageAccess) -> Result<(), NoTableLeft> {
        let mut address = range.start;
        while address < range.end {
            let (directory, index) = self.directory_of(address)?;
            let whole = address.is_multiple_of(LARGE_PAGE) && range.end - address >= LARGE_PAGE;
            let old = self.memory.read(directory, index);
            if whole && (old & PRESENT == 0 || old & LARGE != 0) {
                self.memory.write(directory, index, address | LARGE | self.bits(access));
                address += LARGE_PAGE;
            } else {
                let table = self.small_table(directory, index)?;
                self.memory.write(table, index_at(address, 0), address | self.bits(access));
                address += SMALL_PAGE;
            }
        }
        Ok(())
    }

    /// Maps the frame at `physical` at `address`, both multiples of 4096, as data.
    pub(crate) fn map_frame(&mut self, address: u64, physical: u64) -> Result<(), NoTableLeft> {
        let (directory, index) = self.directory_of(address)?;
        let table = self.small_table(directory, index)?;
        self.memory.write(table, index_at(address, 0), physical | self.bits(PageAccess::ReadWrite));
        Ok(())
    }

    /// The physical address that `address` is mapped to, if it is, by a page of 4 KiB.
    pub(crate) fn frame_at(&self, address: u64) -> Option<u64> {
        let mut table = self.root;
        for level in (0..4).rev() {
            let entry = self.memory.read(table, index_at(address, level));
            if entry & PRESENT == 0 || entry & LARGE != 0 {
                return None;
            }
            table = entry & ADDRESS;
        }
        Some(table)
    }

    /// Unmaps one page of 4 KiB; a larger page around it is split.
    pub(crate) fn unmap(&mut self, address: u64) -> Result<(), NoTableLeft> {
        let (directory, index) = self.directory_of(address)?;
        let table = self.small_table(directory, index)?;
        self.memory.write(table, index_at(address, 0), 0);
        Ok(())
    }

    /// The page directory that `address` belongs to, and its index there; made if it is missing.
    fn directory_of(&mut self, address: u64) -> Result<(u64, usize), NoTableLeft> {
        let pointers = self.lower_table(self.root, index_at(address, 3))?;
        let directory = self.lower_table(pointers, index_at(address, 2))?;
        Ok((directory, index_at(address, 1)))
    }

    /// The table below an entry that is not a large page; made if it is missing.
    fn lower_table(&mut self, table: u64, index: usize) -> Result<u64, NoTableLeft> {
        let entry = self.memory.read(table, index);
        if entry & PRESENT != 0 {
            return Ok(entry & ADDRESS);
        }
        let lower = self.memory.allocate().ok_or(NoTableLeft)?;
        self.memory.write(table, index, lower | PRESENT | WRITABLE);
        Ok(lower)
    }

    /// The table of small pages below a directory's entry; a large page is split into one with the same access.
    fn small_table(&mut self, directory: u64, index: usize) -> Result<u64, NoTableLeft> {
        let entry = self.memory.read(directory, index);
        if entry & PRESENT == 0 || entry & LARGE == 0 {
            return self.lower_table(directory, index);
        }
        let table = self.memory.allocate().ok_or(NoTableLeft)?;
        for page in 0..512 {
            self.memory.write(table, page, (entry & !LARGE) + page as u64 * SMALL_PAGE);
        }
        self.memory.write(directory, index, table | PRESENT | WRITABLE);
        Ok(table)
    }

    /// The bits of a page's entry.
    fn bits(&self, access: PageAccess) -> u64 {
        let no_execute = if self.no_execute { NO_EXECUTE } else { 0 };
        PRESENT
            | match access {
                PageAccess::ReadExecute => 0,
                PageAccess::Read => no_execute,
                PageAccess::ReadWrite => WRITABLE | no_execute,
            }
    }
}

/// The index of `address` in a table of this level: 0 for small pages, 3 for the top.
fn index_at(address: u64, level: u32) -> usize {
    (address >> (12 + 9 * level) & 511) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables in a list; table N lies at address 4096 (N + 1).
    struct List {
        tables: Vec<[u64; 512]>,
        limit: usize,
    }

    impl TableMemory for List {
        fn allocate(&mut self) -> Option<u64> {
            (self.tables.len() < self.limit).then(|| {
                self.tables.push([0; 512]);
                self.tables.len() as u64 * 4096
            })
        }

        fn read(&self, table: u64, index: usize) -> u64 {
            self.tables[table as usize / 4096 - 1][index]
        }

        fn write(&mut self, table: u64, index: usize, entry: u64) {
            self.tables[table as usize / 4096 - 1][index] = entry;
        }
    }

    fn tables(limit: usize) -> PageTables<List> {
        PageTables::new(List { tables: Vec::new(), limit }, true).unwrap()
    }

    /// What the CPU would find for an address: the physical address and the entry's bits.
    fn walk(tables: &PageTables<List>, address: u64) -> Option<(u64, u64)> {
        let mut table = tables.root();
        for level in (0..4).rev() {
            let entry = tables.memory.read(table, index_at(address, level));
            if entry & PRESENT == 0 {
                return None;
            }
            let size = 1u64 << (12 + 9 * level);
            if level == 0 || entry & LARGE != 0 {
                let base = entry & ADDRESS & !(size - 1);
                let seen = entry & (PRESENT | WRITABLE | LARGE | NO_EXECUTE | NOT_WRITE_BACK);
                return Some((base + address % size, seen));
            }
            table = entry & ADDRESS;
        }
        unreachable!()
    }

    /// Write-through and cache-disable; the PAT bit of a small page is where `LARGE` is. No entry has any of them.
    const NOT_WRITE_BACK: u64 = 1 << 3 | 1 << 4;
    const DATA: u64 = PRESENT | WRITABLE | NO_EXECUTE;

    #[test]
    fn ram_gets_large_pages_and_its_crooked_end_small_ones() {
        let mut tables = tables(8);
        tables.map(0..0x40_3000, PageAccess::ReadWrite).unwrap();
        assert_eq!(walk(&tables, 0x12_3456), Some((0x12_3456, DATA | LARGE)));
        assert_eq!(walk(&tables, 0x40_2fff), Some((0x40_2fff, DATA)));
        assert_eq!(walk(&tables, 0x40_3000), None);
    }

    #[test]
    fn a_page_inside_a_large_one_is_changed_alone() {
        let mut tables = tables(8);
        tables.map(0..0x40_0000, PageAccess::ReadWrite).unwrap();
        tables.map(0x10_0000..0x10_2000, PageAccess::ReadExecute).unwrap();
        tables.map(0x10_2000..0x10_3000, PageAccess::Read).unwrap();
        tables.unmap(0).unwrap();
        assert_eq!(walk(&tables, 0), None);
        assert_eq!(walk(&tables, 0x1000), Some((0x1000, DATA)));
        assert_eq!(walk(&tables, 0x10_1000), Some((0x10_1000, PRESENT)));
        assert_eq!(walk(&tables, 0x10_2000), Some((0x10_2000, PRESENT | NO_EXECUTE)));
        assert_eq!(walk(&tables, 0x10_3000), Some((0x10_3000, DATA)));
        assert_eq!(walk(&tables, 0x20_0000), Some((0x20_0000, DATA | LARGE)));
    }

    #[test]
    fn a_frame_can_be_mapped_elsewhere() {
        let mut tables = tables(8);
        tables.map_frame(0x1_0000_3000, 0x5000).unwrap();
        assert_eq!(walk(&tables, 0x1_0000_3042), Some((0x5042, DATA)));
        assert_eq!((tables.frame_at(0x1_0000_3000), tables.frame_at(0x1_0000_4000)), (Some(0x5000), None));
        tables.unmap(0x1_0000_3000).unwrap();
        assert_eq!(tables.frame_at(0x1_0000_3000), None);
    }

    #[test]
    fn no_access_both_writes_and_executes() {
        let tables = tables(1);
        for access in [PageAccess::ReadExecute, PageAccess::Read, PageAccess::ReadWrite] {
            let bits = tables.bits(access);
            assert!(bits & WRITABLE == 0 || bits & NO_EXECUTE != 0);
        }
    }

    #[test]
    fn running_out_of_tables_is_an_error() {
        let mut tables = tables(3);
        assert_eq!(tables.map(0..0x20_0000, PageAccess::ReadWrite), Ok(()));
        assert_eq!(tables.unmap(0), Err(NoTableLeft));
    }

    #[test]
    fn high_memory_gets_its_own_directory() {
        let mut tables = tables(8);
        tables.map(0x1_0000_0000..0x1_0020_0000, PageAccess::ReadWrite).unwrap();
        assert_eq!(walk(&tables, 0x1_0000_0042), Some((0x1_0000_0042, DATA | LARGE)));
        assert_eq!(walk(&tables, 0x42), None);
    }
}

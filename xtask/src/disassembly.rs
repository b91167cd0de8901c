//! Looks through an image's machine code for memory accesses below the stack pointer.
//!
//! An interrupt handler on the same stack would overwrite what lies there (the "red zone" of the System V ABI). Images
//! are compiled without a red zone, but `core` comes precompiled and may use one.

use crate::host;
use anyhow::{Result, bail};
use std::fmt;
use std::path::Path;
use std::process::Command;

/// One access below the stack pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedZoneUse {
    /// The function, as the symbol table names it.
    pub function: String,
    /// The line of the disassembly.
    pub instruction: String,
}

impl fmt::Display for RedZoneUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.function, self.instruction)
    }
}

/// All uses of the red zone in an ELF file with symbols.
///
/// # Errors
///
/// objdump can't read the file, or finds no code in it.
pub fn red_zone_uses(elf: &Path) -> Result<Vec<RedZoneUse>> {
    host::require(&[("objdump", "binutils")])?;
    let text = host::output(Command::new("objdump").args(["-d", "--no-show-raw-insn", "-M", "att"]).arg(elf))?;
    if !text.contains("(%rsp)") {
        bail!("{}: no code that uses the stack; is it an image?", elf.display());
    }
    Ok(scan(&text))
}

fn scan(disassembly: &str) -> Vec<RedZoneUse> {
    let mut function = "";
    let mut found = vec![];
    for line in disassembly.lines() {
        if let Some(name) = line.strip_suffix(">:").and_then(|l| l.split_once('<')) {
            function = name.1;
        } else if let Some((_, instruction)) = line.split_once(":\t")
            && is_below_stack(instruction)
        {
            found.push(RedZoneUse { function: function.to_owned(), instruction: instruction.trim().to_owned() });
        }
    }
    found
}

/// Whether an instruction reads or writes at a negative distance from the stack pointer. `lea` only computes, and an
/// index register besides may well lead back above the stack pointer.
fn is_below_stack(instruction: &str) -> bool {
    let Some((before, _)) = instruction.split_once("(%rsp)") else { return false };
    let distance = before.rsplit([' ', ',', '\t', '*', ':']).next().unwrap_or_default();
    distance.starts_with("-0x") && !instruction.trim_start().starts_with("lea")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_below_the_stack_pointer_are_found() {
        let text = "0000000000100000 <entry>:\n  100000:\tmov    %rax,-0x8(%rsp)\n  100004:\tmov    0x8(%rsp),%rax\n\
                    0000000000100010 <other>:\n  100010:\tmovaps -0x18(%rsp),%xmm0\n  100014:\tcall   *-0x8(%rsp)\n";
        let found = scan(text);
        let functions: Vec<_> = found.iter().map(|u| u.function.as_str()).collect();
        assert_eq!(functions, ["entry", "other", "other"]);
        assert_eq!(found[0].to_string(), "entry: mov    %rax,-0x8(%rsp)");
    }

    #[test]
    fn computing_an_address_is_no_access() {
        assert!(!is_below_stack("lea    -0x10(%rsp),%rsp"));
        assert!(!is_below_stack("mov    %rax,-0x8(%rsp,%rcx,8)"));
        assert!(!is_below_stack("mov    %rax,-0x8(%rbp)"));
        assert!(!is_below_stack("mov    %rax,(%rsp)"));
    }
}

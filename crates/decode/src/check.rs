//! Overlap checks: at compile time within a table, in a test over a whole instruction set.

use crate::{Guard, Insn, Over, Pattern};

/// What the checks need to know of a row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Its fixed bits.
    pub pattern: Pattern,
    /// Its guard.
    pub guard: Guard,
    /// The row it refines.
    pub over: Over,
}

/// Checks that every overlap is declared with `over` or ruled out by guards, and that every `over` is needed.
///
/// # Errors
/// The indexes of two rows that overlap, or twice that of a row with an `over` that overlaps nothing.
pub const fn check(rows: &[Row]) -> Result<(), (usize, usize)> {
    let mut i = 0;
    while i < rows.len() {
        let mut needed = !matches!(rows[i].over, Over::Here(_));
        let mut j = 0;
        while j < rows.len() {
            let (a, b) = (&rows[i], &rows[j]);
            if i != j && a.pattern.overlaps(b.pattern) && !a.guard.excludes(b.guard) {
                if carves(rows, a, b) {
                    needed = true;
                } else if !carves(rows, b, a) {
                    return Err((i, j));
                }
            }
            j += 1;
        }
        if !needed {
            return Err((i, i));
        }
        i += 1;
    }
    Ok(())
}

/// Whether `a` is declared as a refinement of `b`, or of a row that is (and so on), and is one.
const fn carves(rows: &[Row], a: &Row, b: &Row) -> bool {
    let mut over = a.over.name();
    let mut steps = 0;
    while let Some(name) = over {
        if same(name, b.name) {
            return a.pattern.refines(b.pattern);
        }
        over = over_of(rows, a, name);
        steps += 1;
        if steps > rows.len() {
            return false;
        }
    }
    false
}

/// What the row `name` that overlaps `a` is declared to refine.
const fn over_of(rows: &[Row], a: &Row, name: &str) -> Option<&'static str> {
    let mut i = 0;
    while i < rows.len() {
        if same(rows[i].name, name) && a.pattern.overlaps(rows[i].pattern) {
            return rows[i].over.name();
        }
        i += 1;
    }
    None
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Longest message of [`complain`], in bytes.
const MESSAGE: usize = 96;

/// Ends constant evaluation with both names in the message.
///
/// # Panics
/// Always; that is what it is for.
pub const fn complain(a: &str, b: &str) {
    let mut text = [b' '; MESSAGE];
    let mut n = put(&mut text, 0, a.as_bytes());
    if same(a, b) {
        n = put(&mut text, n, b" has an 'over' that overlaps nothing, or stands twice");
    } else {
        n = put(&mut text, n, b" overlaps ");
        n = put(&mut text, n, b.as_bytes());
    }
    match std::str::from_utf8(text.split_at(n).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("two rows overlap"),
    }
}

const fn put(text: &mut [u8; MESSAGE], mut n: usize, s: &[u8]) -> usize {
    let mut i = 0;
    while i < s.len() && n < MESSAGE {
        text[n] = s[i];
        n += 1;
        i += 1;
    }
    n
}

/// The checks over all tables of an instruction set, for a test of the target: a list of what is wrong, best empty.
///
/// Beside overlaps between tables these are `over`s that name a row of another table, and operand templates with a field that the
/// row's format does not have.
pub fn check_isa<L>(tables: &[&'static [Insn<L>]]) -> Vec<String> {
    let insns: Vec<&Insn<L>> = tables.iter().flat_map(|t| t.iter()).collect();
    let rows: Vec<Row> =
        insns.iter().map(|i| Row { name: i.name, pattern: i.pattern, guard: i.guard, over: i.over }).collect();
    let mut wrong = Vec::new();
    for (i, a) in rows.iter().enumerate() {
        let clash = |b: &&Row| a.pattern.overlaps(b.pattern) && !a.guard.excludes(b.guard);
        for b in rows[i + 1..].iter().filter(clash).filter(|b| !carves(&rows, a, b) && !carves(&rows, b, a)) {
            wrong.push(format!("{} overlaps {}", a.name, b.name));
        }
        if a.over != Over::No && !rows.iter().filter(clash).any(|b| carves(&rows, a, b)) {
            wrong.push(format!("{} has an 'over' that overlaps nothing", a.name));
        }
    }
    for insn in insns {
        if let Err(field) = insn.text(insn.pattern.value, 0) {
            wrong.push(format!("{}: its format has no field '{field}'", insn.name));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn row(name: &'static str, pattern: &str, guard: Guard, over: Over) -> Row {
        Row { name, pattern: Pattern::parse(pattern), guard, over }
    }

    #[test]
    fn declared_and_guarded_overlaps_are_fine() {
        let (with, without) = (Guard::ANY.with(3), Guard::ANY.without(3));
        let rows = [
            row("nop", "0000000000000001", Guard::ANY, Over::Here("addi")),
            row("addi", "0000........0001", Guard::ANY, Over::No),
            row("flw", "0110............", without, Over::No),
            row("ld", "0110............", with, Over::No),
        ];
        assert_eq!(check(&rows), Ok(()));
    }

    #[test]
    fn refinements_of_refinements_need_no_second_over() {
        let rows = [
            row("ebreak", "1001000000000010", Guard::ANY, Over::Here("jalr")),
            row("jalr", "1001.....0000010", Guard::ANY, Over::Here("add")),
            row("add", "1001..........10", Guard::ANY, Over::No),
        ];
        assert_eq!(check(&rows), Ok(()));
        let circle = [
            row("a", "1001000000000010", Guard::ANY, Over::Here("b")),
            row("b", "1001.....0000010", Guard::ANY, Over::Here("a")),
        ];
        assert_eq!(check(&circle), Err((1, 1)), "b is more general than a");
    }

    #[test]
    fn undeclared_overlaps_and_useless_overs_are_found() {
        let rows = [
            row("nop", "0000000000000001", Guard::ANY, Over::No),
            row("addi", "0000........0001", Guard::ANY, Over::No),
        ];
        assert_eq!(check(&rows), Err((0, 1)));
        let rows = [
            row("mul", "0000000000000010", Guard::ANY, Over::Here("addi")),
            row("addi", "0000........0001", Guard::ANY, Over::No),
        ];
        assert_eq!(check(&rows), Err((0, 0)));
        // Neither refines the other: `over` does not help.
        let rows = [
            row("a", "0000........0001", Guard::ANY, Over::Here("b")),
            row("b", "000.0.......0001", Guard::ANY, Over::No),
        ];
        assert_eq!(check(&rows), Err((0, 1)));
    }

    #[test]
    #[should_panic(expected = "nop overlaps addi")]
    fn complaints_carry_both_names() {
        complain("nop", "addi");
    }
}

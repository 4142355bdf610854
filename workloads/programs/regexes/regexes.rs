//! Regular expressions three ways over one parsed tree: a backtracking matcher with captures, a machine that follows all threads at once, and a deterministic
//! automaton built as it is needed, with a bounded cache, from a minimised byte alphabet; a literal prefix is searched first. Sets, bit tables, worklists,
//! boxed trees, bytes looked up in tables.
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::Write;

#[link(wasm_import_module = "bench")]
extern "C" {
    #[link_name = "start"]
    fn bench_start();
    #[link_name = "end"]
    fn bench_end();
}

// ---- the tree

#[derive(Clone, Copy, PartialEq, Eq)]
struct Class([u64; 4]);

impl Class {
    const NONE: Class = Class([0; 4]);

    fn of(bytes: &[u8]) -> Class {
        let mut c = Class::NONE;
        for b in bytes {
            c.add(*b, *b);
        }
        c
    }

    fn add(&mut self, from: u8, to: u8) {
        for b in from..=to {
            self.0[(b >> 6) as usize] |= 1 << (b & 63);
        }
    }

    fn has(&self, b: u8) -> bool {
        self.0[(b >> 6) as usize] >> (b & 63) & 1 == 1
    }

    fn inverse(self) -> Class {
        Class(self.0.map(|w| !w))
    }

    fn union(self, other: Class) -> Class {
        let mut c = self;
        for (w, o) in c.0.iter_mut().zip(other.0) {
            *w |= o;
        }
        c
    }

    fn single(&self) -> Option<u8> {
        let total: u32 = self.0.iter().map(|w| w.count_ones()).sum();
        (total == 1).then(|| self.0.iter().enumerate().find(|(_, w)| **w != 0).map(|(i, w)| (i * 64) as u8 + w.trailing_zeros() as u8).unwrap())
    }
}

#[derive(Clone)]
enum Node {
    Empty,
    Set(Class),
    Start,
    End,
    WordEdge(bool),
    Group(Box<Node>, usize),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat { node: Box<Node>, least: u32, most: u32, greedy: bool },
    Back(usize),
}

#[derive(Debug)]
struct Mistake {
    what: &'static str,
    at: usize,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    groups: usize,
    fold: bool,
}

const MANY: u32 = u32::MAX;

impl Parser<'_> {
    fn fail<T>(&self, what: &'static str) -> Result<T, Mistake> {
        Err(Mistake { what, at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, b: u8) -> bool {
        let found = self.peek() == Some(b);
        self.at += found as usize;
        found
    }

    fn either(&mut self) -> Result<Node, Mistake> {
        let mut branches = vec![self.sequence()?];
        while self.take(b'|') {
            branches.push(self.sequence()?);
        }
        Ok(if branches.len() == 1 { branches.pop().unwrap() } else { Node::Either(branches) })
    }

    fn sequence(&mut self) -> Result<Node, Mistake> {
        let mut parts = Vec::new();
        while let Some(b) = self.peek() {
            if b == b'|' || b == b')' {
                break;
            }
            let atom = self.atom()?;
            parts.push(self.repeated(atom)?);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.pop().unwrap(),
            _ => Node::Sequence(parts),
        })
    }

    fn repeated(&mut self, atom: Node) -> Result<Node, Mistake> {
        let mut node = atom;
        loop {
            let (least, most) = match self.peek() {
                Some(b'*') => (0, MANY),
                Some(b'+') => (1, MANY),
                Some(b'?') => (0, 1),
                Some(b'{') => {
                    self.at += 1;
                    let least = self.number()?;
                    let most = if !self.take(b',') {
                        least
                    } else if self.peek() == Some(b'}') {
                        MANY
                    } else {
                        self.number()?
                    };
                    if self.peek() != Some(b'}') {
                        return self.fail("expected }");
                    }
                    if most < least || least > 100 || most != MANY && most > 100 {
                        return self.fail("bad bounds");
                    }
                    (least, most)
                }
                _ => return Ok(node),
            };
            self.at += 1;
            if matches!(node, Node::Start | Node::End | Node::WordEdge(_)) {
                return self.fail("nothing to repeat");
            }
            let greedy = !self.take(b'?');
            node = Node::Repeat { node: Box::new(node), least, most, greedy };
        }
    }

    fn number(&mut self) -> Result<u32, Mistake> {
        let from = self.at;
        let mut n = 0u32;
        while let Some(b @ b'0'..=b'9') = self.peek() {
            n = n.saturating_mul(10).saturating_add((b - b'0') as u32);
            self.at += 1;
        }
        if self.at == from { self.fail("expected a number") } else { Ok(n) }
    }

    fn atom(&mut self) -> Result<Node, Mistake> {
        let b = self.peek().unwrap();
        self.at += 1;
        Ok(match b {
            b'.' => Node::Set(Class::of(b"\n").inverse()),
            b'^' => Node::Start,
            b'$' => Node::End,
            b'[' => Node::Set(self.class()?),
            b'*' | b'+' | b'?' => return self.fail("nothing to repeat"),
            b'(' => {
                let group = if self.text[self.at..].starts_with(b"?:") {
                    self.at += 2;
                    None
                } else {
                    self.groups += 1;
                    Some(self.groups)
                };
                let inner = self.either()?;
                if !self.take(b')') {
                    return self.fail("expected )");
                }
                match group {
                    Some(g) => Node::Group(Box::new(inner), g),
                    None => inner,
                }
            }
            b'\\' => match self.peek() {
                None => return self.fail("nothing is escaped"),
                Some(b'b') => {
                    self.at += 1;
                    Node::WordEdge(true)
                }
                Some(b'B') => {
                    self.at += 1;
                    Node::WordEdge(false)
                }
                Some(d @ b'1'..=b'9') => {
                    self.at += 1;
                    let group = (d - b'0') as usize;
                    if group > self.groups {
                        return self.fail("no such group");
                    }
                    Node::Back(group)
                }
                Some(_) => Node::Set(self.escaped()?),
            },
            _ => Node::Set(self.folded(Class::of(&[b]))),
        })
    }

    fn folded(&self, class: Class) -> Class {
        if !self.fold {
            return class;
        }
        let mut c = class;
        for b in b'a'..=b'z' {
            if class.has(b) || class.has(b - 32) {
                c.add(b, b);
                c.add(b - 32, b - 32);
            }
        }
        c
    }

    fn escaped(&mut self) -> Result<Class, Mistake> {
        let Some(b) = self.peek() else { return self.fail("nothing is escaped") };
        self.at += 1;
        Ok(match b {
            b'd' => digits(),
            b'D' => digits().inverse(),
            b'w' => word(),
            b'W' => word().inverse(),
            b's' => Class::of(b" \t\n\r"),
            b'S' => Class::of(b" \t\n\r").inverse(),
            b'n' => Class::of(b"\n"),
            b't' => Class::of(b"\t"),
            _ if b.is_ascii_alphanumeric() => return self.fail("unknown escape"),
            _ => Class::of(&[b]),
        })
    }

    fn class(&mut self) -> Result<Class, Mistake> {
        let inverse = self.take(b'^');
        let mut class = Class::NONE;
        let mut first = true;
        loop {
            match self.peek() {
                None => return self.fail("expected ]"),
                Some(b']') if !first => break,
                Some(b'\\') => {
                    self.at += 1;
                    class = class.union(self.escaped()?);
                }
                Some(low) => {
                    self.at += 1;
                    let mut high = low;
                    if self.peek() == Some(b'-') && self.text.get(self.at + 1).is_some_and(|b| *b != b']') {
                        high = self.text[self.at + 1];
                        self.at += 2;
                    }
                    if high < low {
                        return self.fail("a range backwards");
                    }
                    class.add(low, high);
                }
            }
            first = false;
        }
        self.at += 1;
        let class = self.folded(class);
        Ok(if inverse { class.inverse() } else { class })
    }
}

fn digits() -> Class {
    Class::of(b"0123456789")
}

fn word() -> Class {
    let mut c = digits();
    c.add(b'a', b'z');
    c.add(b'A', b'Z');
    c.add(b'_', b'_');
    c
}

// ---- instructions

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Byte(u8),
    Class(u16),
    Split(u32, u32),
    Jump(u32),
    Save(u16),
    Start,
    End,
    WordEdge(bool),
    Back(u16),
    Match,
}

struct Program {
    steps: Vec<Step>,
    classes: Vec<Class>,
    groups: usize,
    backs: bool,
    prefix: Vec<u8>,
}

impl Program {
    fn new(pattern: &str) -> Result<Program, Mistake> {
        let fold = pattern.starts_with("(?i)");
        let mut parser = Parser { text: pattern.as_bytes(), at: if fold { 4 } else { 0 }, groups: 0, fold };
        let tree = parser.either()?;
        if parser.at < parser.text.len() {
            return parser.fail("an extra )");
        }
        let mut program = Program { steps: vec![], classes: vec![], groups: parser.groups, backs: false, prefix: vec![] };
        literal_prefix(&tree, &mut program.prefix);
        program.steps.push(Step::Save(0));
        program.emit(&tree);
        program.steps.push(Step::Save(1));
        program.steps.push(Step::Match);
        program.shorten();
        Ok(program)
    }

    fn next(&self) -> u32 {
        self.steps.len() as u32
    }

    fn split(&mut self, greedy: bool, stay: u32, leave: u32) -> Step {
        if greedy { Step::Split(stay, leave) } else { Step::Split(leave, stay) }
    }

    fn emit(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Set(class) => {
                let step = match class.single() {
                    Some(b) => Step::Byte(b),
                    None => {
                        let at = self.classes.iter().position(|c| c == class).unwrap_or_else(|| {
                            self.classes.push(*class);
                            self.classes.len() - 1
                        });
                        Step::Class(at as u16)
                    }
                };
                self.steps.push(step);
            }
            Node::Start => self.steps.push(Step::Start),
            Node::End => self.steps.push(Step::End),
            Node::WordEdge(at) => self.steps.push(Step::WordEdge(*at)),
            Node::Group(inner, g) => {
                self.steps.push(Step::Save(2 * *g as u16));
                self.emit(inner);
                self.steps.push(Step::Save(2 * *g as u16 + 1));
            }
            Node::Sequence(parts) => parts.iter().for_each(|p| self.emit(p)),
            Node::Either(branches) => {
                let mut jumps = Vec::new();
                for (i, branch) in branches.iter().enumerate() {
                    if i + 1 == branches.len() {
                        self.emit(branch);
                        break;
                    }
                    let split = self.steps.len();
                    self.steps.push(Step::Match);
                    self.emit(branch);
                    jumps.push(self.steps.len());
                    self.steps.push(Step::Match);
                    self.steps[split] = Step::Split(split as u32 + 1, self.next());
                }
                for jump in jumps {
                    self.steps[jump] = Step::Jump(self.next());
                }
            }
            Node::Repeat { node, least, most, greedy } => self.emit_repeat(node, *least, *most, *greedy),
            Node::Back(g) => {
                self.backs = true;
                self.steps.push(Step::Back(*g as u16));
            }
        }
    }

    fn emit_repeat(&mut self, node: &Node, least: u32, most: u32, greedy: bool) {
        for _ in 0..least {
            self.emit(node);
        }
        if most == MANY {
            let split = self.next();
            self.steps.push(Step::Match);
            self.emit(node);
            self.steps.push(Step::Jump(split));
            self.steps[split as usize] = self.split(greedy, split + 1, self.next());
            return;
        }
        let mut splits = Vec::new();
        for _ in least..most {
            splits.push(self.steps.len());
            self.steps.push(Step::Match);
            self.emit(node);
        }
        for split in splits {
            self.steps[split] = self.split(greedy, split as u32 + 1, self.next());
        }
    }

    /// Jumps to jumps go to the last.
    fn shorten(&mut self) {
        let end = |steps: &[Step], mut at: u32| {
            for _ in 0..steps.len() {
                match steps[at as usize] {
                    Step::Jump(to) => at = to,
                    _ => break,
                }
            }
            at
        };
        for i in 0..self.steps.len() {
            self.steps[i] = match self.steps[i] {
                Step::Jump(to) => Step::Jump(end(&self.steps, to)),
                Step::Split(a, b) => Step::Split(end(&self.steps, a), end(&self.steps, b)),
                other => other,
            };
        }
    }

    /// Where a match could begin at or after a place; the text's length if nowhere.
    fn candidate(&self, text: &[u8], from: usize) -> usize {
        let Some((first, rest)) = self.prefix.split_first() else { return from };
        let mut at = from;
        while at + self.prefix.len() <= text.len() {
            match text[at..].iter().position(|b| b == first) {
                None => break,
                Some(skip) => at += skip,
            }
            if text[at + 1..].starts_with(rest) {
                return at;
            }
            at += 1;
        }
        text.len()
    }
}

/// What every match begins with, as far as it is plain bytes; false once it stops being so.
fn literal_prefix(node: &Node, prefix: &mut Vec<u8>) -> bool {
    match node {
        Node::Empty => true,
        Node::Set(class) => match class.single() {
            Some(b) => {
                prefix.push(b);
                true
            }
            None => false,
        },
        Node::Group(inner, _) => literal_prefix(inner, prefix),
        Node::Sequence(parts) => parts.iter().all(|p| literal_prefix(p, prefix)),
        Node::Repeat { node, least, most, .. } => {
            for _ in 0..*least {
                if !literal_prefix(node, prefix) {
                    return false;
                }
            }
            least == most
        }
        _ => false,
    }
}

fn is_word(b: Option<&u8>) -> bool {
    b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn holds(step: Step, text: &[u8], at: usize) -> bool {
    match step {
        Step::Start => at == 0 || text[at - 1] == b'\n',
        Step::End => at == text.len() || text[at] == b'\n',
        Step::WordEdge(wanted) => (at > 0 && is_word(text.get(at - 1))) != is_word(text.get(at)) && wanted || !wanted && (at > 0 && is_word(text.get(at - 1))) == is_word(text.get(at)),
        _ => true,
    }
}

// ---- backtracking, with a stack of our own and a table of what was tried

const NOWHERE: usize = usize::MAX;

enum Job {
    Try(u32, usize),
    Restore(u16, usize),
}

struct Backtracker {
    jobs: Vec<Job>,
    tried: Vec<u64>,
    slots: Vec<usize>,
    steps: u64,
}

impl Backtracker {
    fn new() -> Backtracker {
        Backtracker { jobs: vec![], tried: vec![], slots: vec![], steps: 0 }
    }

    fn run(&mut self, program: &Program, text: &[u8], from: usize) -> bool {
        // Within one search a pair of step and place that failed fails again, unless a group is referred back to.
        let window = 96usize.min(text.len() - from) + 1;
        self.tried.clear();
        self.tried.resize((program.steps.len() * window).div_ceil(64), 0);
        self.slots.clear();
        self.slots.resize(2 * program.groups + 2, NOWHERE);
        self.jobs.clear();
        self.jobs.push(Job::Try(0, from));
        while let Some(job) = self.jobs.pop() {
            match job {
                Job::Restore(slot, old) => self.slots[slot as usize] = old,
                Job::Try(pc, at) => {
                    if self.follow(program, text, from, window, pc, at) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn follow(&mut self, program: &Program, text: &[u8], from: usize, window: usize, mut pc: u32, mut at: usize) -> bool {
        loop {
            self.steps += 1;
            if !program.backs && at - from < window {
                let bit = pc as usize * window + (at - from);
                if self.tried[bit >> 6] >> (bit & 63) & 1 == 1 {
                    return false;
                }
                self.tried[bit >> 6] |= 1 << (bit & 63);
            }
            match program.steps[pc as usize] {
                Step::Match => return true,
                Step::Byte(b) => {
                    if text.get(at) != Some(&b) {
                        return false;
                    }
                    at += 1;
                    pc += 1;
                }
                Step::Class(c) => {
                    if at >= text.len() || !program.classes[c as usize].has(text[at]) {
                        return false;
                    }
                    at += 1;
                    pc += 1;
                }
                Step::Split(a, b) => {
                    self.jobs.push(Job::Try(b, at));
                    pc = a;
                }
                Step::Jump(to) => pc = to,
                Step::Save(slot) => {
                    self.jobs.push(Job::Restore(slot, self.slots[slot as usize]));
                    self.slots[slot as usize] = at;
                    pc += 1;
                }
                Step::Back(g) => {
                    let (low, high) = (self.slots[2 * g as usize], self.slots[2 * g as usize + 1]);
                    if low == NOWHERE || high == NOWHERE || !text[at..].starts_with(&text[low..high]) {
                        return false;
                    }
                    at += high - low;
                    pc += 1;
                }
                step => {
                    if !holds(step, text, at) {
                        return false;
                    }
                    pc += 1;
                }
            }
        }
    }
}

// ---- all threads at once

struct Threads {
    dense: Vec<u32>,
    sparse: Vec<u32>,
    slots: Vec<usize>,
    width: usize,
}

impl Threads {
    fn new(steps: usize, width: usize) -> Threads {
        Threads { dense: Vec::with_capacity(steps), sparse: vec![0; steps], slots: vec![NOWHERE; steps * width], width }
    }

    fn has(&self, pc: u32) -> bool {
        self.dense.get(self.sparse[pc as usize] as usize) == Some(&pc)
    }

    fn insert(&mut self, pc: u32) {
        self.sparse[pc as usize] = self.dense.len() as u32;
        self.dense.push(pc);
    }

    fn of(&self, pc: u32) -> &[usize] {
        &self.slots[pc as usize * self.width..(pc as usize + 1) * self.width]
    }
}

fn follow_thread(program: &Program, threads: &mut Threads, scratch: &mut [usize], stack: &mut Vec<Job>, text: &[u8], pc: u32, at: usize) {
    stack.push(Job::Try(pc, at));
    while let Some(job) = stack.pop() {
        let mut pc = match job {
            Job::Restore(slot, old) => {
                scratch[slot as usize] = old;
                continue;
            }
            Job::Try(pc, _) => pc,
        };
        loop {
            if threads.has(pc) {
                break;
            }
            threads.insert(pc);
            match program.steps[pc as usize] {
                Step::Jump(to) => pc = to,
                Step::Split(a, b) => {
                    stack.push(Job::Try(b, at));
                    pc = a;
                }
                Step::Save(slot) => {
                    stack.push(Job::Restore(slot, scratch[slot as usize]));
                    scratch[slot as usize] = at;
                    pc += 1;
                }
                step @ (Step::Start | Step::End | Step::WordEdge(_)) => {
                    if !holds(step, text, at) {
                        break;
                    }
                    pc += 1;
                }
                _ => {
                    let width = threads.width;
                    threads.slots[pc as usize * width..(pc as usize + 1) * width].copy_from_slice(scratch);
                    break;
                }
            }
        }
    }
}

fn simulate(program: &Program, text: &[u8], from: usize) -> Option<Vec<usize>> {
    let width = 2 * program.groups + 2;
    let mut now = Threads::new(program.steps.len(), width);
    let mut then = Threads::new(program.steps.len(), width);
    let mut scratch = vec![NOWHERE; width];
    let mut stack = Vec::new();
    let mut found: Option<Vec<usize>> = None;
    let mut at = from;
    loop {
        if found.is_none() {
            if now.dense.is_empty() {
                at = program.candidate(text, at);
            }
            scratch.fill(NOWHERE);
            follow_thread(program, &mut now, &mut scratch, &mut stack, text, 0, at);
        }
        let byte = text.get(at).copied();
        for i in 0..now.dense.len() {
            let pc = now.dense[i];
            let passes = match program.steps[pc as usize] {
                Step::Match => {
                    found = Some(now.of(pc).to_vec());
                    break;
                }
                Step::Byte(b) => byte == Some(b),
                Step::Class(c) => byte.is_some_and(|b| program.classes[c as usize].has(b)),
                _ => false,
            };
            if passes {
                scratch.copy_from_slice(now.of(pc));
                follow_thread(program, &mut then, &mut scratch, &mut stack, text, pc + 1, at + 1);
            }
        }
        std::mem::swap(&mut now, &mut then);
        then.dense.clear();
        if byte.is_none() || now.dense.is_empty() && found.is_some() {
            return found;
        }
        at += 1;
    }
}

// ---- the deterministic automaton, made as it is needed; for patterns without assertions and back references

#[derive(Default)]
struct Fnv(u64);
impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 31
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ *b as u64).wrapping_mul(0x100000001b3);
        }
    }
    fn write_u32(&mut self, v: u32) {
        self.0 = (self.0 ^ v as u64).wrapping_mul(0x9E3779B97F4A7C15).rotate_left(23);
    }
}

struct Automaton<'a> {
    program: &'a Program,
    kinds: [u8; 256],
    kind_count: usize,
    sample: Vec<u8>,
    states: Vec<Vec<u32>>,
    accepting: Vec<bool>,
    next: Vec<u32>,
    known: HashMap<Vec<u32>, u32, BuildHasherDefault<Fnv>>,
    flushes: u32,
}

const UNMADE: u32 = u32::MAX;
const DEAD: u32 = 0;
const CACHE: usize = 200;

impl<'a> Automaton<'a> {
    fn new(program: &'a Program) -> Automaton<'a> {
        let (kinds, sample) = byte_kinds(program);
        let mut automaton =
            Automaton { program, kinds, kind_count: sample.len(), sample, states: vec![], accepting: vec![], next: vec![], known: HashMap::default(), flushes: 0 };
        automaton.reset();
        automaton
    }

    fn suits(program: &Program) -> bool {
        !program.backs && !program.steps.iter().any(|s| matches!(s, Step::Start | Step::End | Step::WordEdge(_)))
    }

    fn reset(&mut self) {
        self.states.clear();
        self.accepting.clear();
        self.next.clear();
        self.known.clear();
        self.state(vec![]);
        self.flushes += 1;
    }

    fn state(&mut self, set: Vec<u32>) -> u32 {
        if let Some(id) = self.known.get(&set) {
            return *id;
        }
        let id = self.states.len() as u32;
        self.accepting.push(set.iter().any(|pc| self.program.steps[*pc as usize] == Step::Match));
        self.next.resize(self.next.len() + self.kind_count, if id == DEAD { DEAD } else { UNMADE });
        self.states.push(set.clone());
        self.known.insert(set, id);
        id
    }

    fn closure(&self, from: &[u32]) -> Vec<u32> {
        let mut seen = vec![false; self.program.steps.len()];
        let mut work: Vec<u32> = from.to_vec();
        let mut set = Vec::new();
        while let Some(pc) = work.pop() {
            if std::mem::replace(&mut seen[pc as usize], true) {
                continue;
            }
            match self.program.steps[pc as usize] {
                Step::Jump(to) => work.push(to),
                Step::Split(a, b) => work.extend([a, b]),
                Step::Save(_) => work.push(pc + 1),
                _ => set.push(pc),
            }
        }
        set.sort_unstable();
        set
    }

    fn advance(&mut self, state: u32, kind: u8) -> u32 {
        let byte = self.sample[kind as usize];
        let moved: Vec<u32> = self.states[state as usize]
            .iter()
            .filter(|pc| match self.program.steps[**pc as usize] {
                Step::Byte(b) => b == byte,
                Step::Class(c) => self.program.classes[c as usize].has(byte),
                _ => false,
            })
            .map(|pc| pc + 1)
            .collect();
        let set = self.closure(&moved);
        if self.states.len() >= CACHE {
            self.reset();
            return self.state(set);
        }
        let to = self.state(set);
        self.next[state as usize * self.kind_count + kind as usize] = to;
        to
    }

    /// The end of the longest match that begins exactly at a place.
    fn longest(&mut self, text: &[u8], from: usize) -> Option<usize> {
        let start = self.closure(&[0]);
        let mut state = self.state(start);
        let mut end = self.accepting[state as usize].then_some(from);
        for (i, b) in text[from..].iter().enumerate() {
            let kind = self.kinds[*b as usize];
            let next = self.next[state as usize * self.kind_count + kind as usize];
            state = if next == UNMADE { self.advance(state, kind) } else { next };
            if state == DEAD {
                break;
            }
            if self.accepting[state as usize] {
                end = Some(from + i + 1);
            }
        }
        end
    }
}

/// Bytes that no step tells apart are of one kind.
fn byte_kinds(program: &Program) -> ([u8; 256], Vec<u8>) {
    let mut tests = program.classes.clone();
    for step in &program.steps {
        if let Step::Byte(b) = step {
            tests.push(Class::of(&[*b]));
        }
    }
    let mut kinds = [0u8; 256];
    let mut signatures: Vec<Vec<bool>> = Vec::new();
    let mut sample = Vec::new();
    for b in 0..=255u8 {
        let signature: Vec<bool> = tests.iter().map(|t| t.has(b)).collect();
        let kind = signatures.iter().position(|s| *s == signature).unwrap_or_else(|| {
            signatures.push(signature);
            sample.push(b);
            signatures.len() - 1
        });
        kinds[b as usize] = kind as u8;
    }
    (kinds, sample)
}

// ---- the text and the patterns

fn make_text(length: usize) -> Vec<u8> {
    let words: [&[u8]; 24] = [
        b"error", b"warning", b"the", b"quick", b"request", b"from", b"192.168.0.17", b"10.0.0.255", b"user@example.org", b"first.last@mail.test", b"2024-02-29",
        b"1999-12-31", b"0x1f9C", b"3.14159", b"-273", b"foo(bar, baz)", b"if (x) return;", b"\"quoted \\\" text\"", b"abab", b"aaaaaaaab", b"Server", b"TIMEOUT", b"level", b"sees",
    ];
    let mut text = Vec::with_capacity(length + 32);
    let mut random = 0x853c49e6748fea9bu64;
    while text.len() < length {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        text.extend_from_slice(words[(random >> 40) as usize % words.len()]);
        text.push(if (random >> 20) % 11 == 0 { b'\n' } else { b' ' });
    }
    text
}

const PATTERNS: [&str; 16] = [
    r"error|warning|fatal",
    r"\b[a-z]+@[a-z]+\.(org|com|test)\b",
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})",
    r"\d{1,3}(\.\d{1,3}){3}",
    r"(?i)server|timeout",
    r"^the .*return;$",
    r#""([^"\\]|\\.)*""#,
    r"0x[0-9a-fA-F]+",
    r"[-+]?\d+\.\d+([eE][-+]?\d+)?",
    r"(\w)(\w)\2\1",
    r"(a|ab)(c|bcd)*b",
    r"a*a*a*a*b",
    r"\w+\((\w+)(, \w+)*\)",
    r"(request|user).*?(from|error)",
    r"\b(\w+) \1\b",
    r"[^ \n]+\n",
];

const MISTAKES: [&str; 8] = ["(", "a)", "[z-a]", "*a", "a{3,2}", "\\2", "[abc", "x\\"];

struct Counts {
    matches: u32,
    length: usize,
    sum: u64,
}

fn note(c: &mut Counts, from: usize, to: usize, slots: &[usize]) {
    c.matches += 1;
    c.length += to - from;
    for s in slots {
        c.sum = c.sum.rotate_left(5) ^ *s as u64 & 0xffff_ffff;
    }
}

/// The next place to search from: behind a match, and one on if it was empty.
fn after(from: usize, to: usize) -> usize {
    if to > from { to } else { to + 1 }
}

fn by_backtracking(program: &Program, text: &[u8], machine: &mut Backtracker) -> Counts {
    let mut counts = Counts { matches: 0, length: 0, sum: 0 };
    let mut at = 0;
    while at < text.len() {
        at = program.candidate(text, at);
        if at < text.len() && machine.run(program, text, at) {
            let to = machine.slots[1];
            note(&mut counts, at, to, &machine.slots);
            at = after(at, to);
        } else {
            at += 1;
        }
    }
    counts
}

fn by_threads(program: &Program, text: &[u8]) -> Counts {
    let mut counts = Counts { matches: 0, length: 0, sum: 0 };
    let mut at = 0;
    while at < text.len() {
        let Some(slots) = simulate(program, text, at) else { break };
        if slots[0] >= text.len() {
            break;
        }
        note(&mut counts, slots[0], slots[1], &slots);
        at = after(slots[0], slots[1]);
    }
    counts
}

fn by_automaton(program: &Program, text: &[u8]) -> (Counts, usize, u32) {
    let mut counts = Counts { matches: 0, length: 0, sum: 0 };
    let mut automaton = Automaton::new(program);
    let mut at = 0;
    while at < text.len() {
        at = program.candidate(text, at);
        if at >= text.len() {
            break;
        }
        match automaton.longest(text, at) {
            Some(to) => {
                note(&mut counts, at, to, &[]);
                at = after(at, to);
            }
            None => at += 1,
        }
    }
    (counts, automaton.states.len(), automaton.flushes)
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0u8; 20];
    let mut at = 20;
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.push(b' ');
    out.extend_from_slice(&digits[at..]);
}

fn main() {
    unsafe { bench_start() };
    let text = make_text(64_000);
    let short = &text[..16_000];
    let mut out = Vec::new();
    let mut machine = Backtracker::new();
    for pattern in PATTERNS {
        out.extend_from_slice(pattern.as_bytes());
        match Program::new(pattern) {
            Err(mistake) => out.extend_from_slice(mistake.what.as_bytes()),
            Ok(program) => {
                let tracked = by_backtracking(&program, &text, &mut machine);
                put_number(&mut out, program.steps.len() as u64);
                for n in [tracked.matches as u64, tracked.length as u64, tracked.sum] {
                    put_number(&mut out, n);
                }
                if !program.backs {
                    let few = by_backtracking(&program, short, &mut machine);
                    let threaded = by_threads(&program, short);
                    out.extend_from_slice(if few.matches == threaded.matches && few.sum == threaded.sum { b" agree" } else { b" DISAGREE" });
                }
                if Automaton::suits(&program) {
                    let (counts, states, flushes) = by_automaton(&program, &text);
                    for n in [counts.matches as u64, counts.length as u64, states as u64, flushes as u64] {
                        put_number(&mut out, n);
                    }
                }
            }
        }
        out.push(b'\n');
    }
    for pattern in MISTAKES {
        if let Err(mistake) = Program::new(pattern) {
            out.extend_from_slice(pattern.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(mistake.what.as_bytes());
            out.extend_from_slice(b" at");
            put_number(&mut out, mistake.at as u64);
            out.push(b'\n');
        }
    }
    out.extend_from_slice(b"steps");
    put_number(&mut out, machine.steps);
    out.push(b'\n');
    unsafe { bench_end() };
    std::io::stdout().write_all(&out).unwrap();
}

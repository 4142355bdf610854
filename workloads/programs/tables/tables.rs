//! A small relational database: tables from CSV text, a parser for a part of SQL, a planner that pushes conditions down and picks hash joins, operators that
//! pull rows from each other through trait objects, grouping, ordering, subqueries, a secondary index. Generic collections, strings, dynamic dispatch, errors
//! as values: how Rust programs spend their time.
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::rc::Rc;

#[link(wasm_import_module = "bench")]
extern "C" {
    #[link_name = "start"]
    fn bench_start();
    #[link_name = "end"]
    fn bench_end();
}

// ---- values

#[derive(Clone, Debug)]
enum Value {
    Null,
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Bool(bool),
}

use Value::*;

impl Value {
    fn rank(&self) -> u8 {
        match self {
            Null => 0,
            Bool(_) => 1,
            Int(_) | Float(_) => 2,
            Text(_) => 3,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Int(i) => Some(*i as f64),
            Float(f) => Some(*f),
            _ => None,
        }
    }

    fn truth(&self) -> bool {
        matches!(self, Bool(true))
    }

    fn parse(text: &str) -> Value {
        if text.is_empty() {
            Null
        } else if let Ok(i) = text.parse::<i64>() {
            Int(i)
        } else if let Ok(f) = text.parse::<f64>() {
            Float(f)
        } else {
            Text(text.into())
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Value {}
impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Value {
    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Int(a), Int(b)) => a.cmp(b),
            (Text(a), Text(b)) => a.cmp(b),
            (Bool(a), Bool(b)) => a.cmp(b),
            _ => match (self.as_f64(), other.as_f64()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }
}
impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Null => 0u8.hash(state),
            Bool(b) => b.hash(state),
            Int(i) => (*i as f64).to_bits().hash(state),
            Float(f) => f.to_bits().hash(state),
            Text(t) => t.hash(state),
        }
    }
}
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Null => f.write_str("null"),
            Int(i) => write!(f, "{i}"),
            Float(x) => write!(f, "{x:.3}"),
            Text(t) => f.pad(t),
            Bool(b) => write!(f, "{b}"),
        }
    }
}

/// The same on every run, unlike the standard library's.
#[derive(Default)]
struct Fnv(u64);
impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ *b as u64).wrapping_mul(0x100000001b3);
        }
    }
}
type Fast = BuildHasherDefault<Fnv>;
type Row = Vec<Value>;

#[derive(Debug)]
enum Error {
    Syntax(String, usize),
    NoTable(String),
    NoColumn(String),
    Ambiguous(String),
    Type(&'static str),
}
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Syntax(what, at) => write!(f, "expected {what} at {at}"),
            Error::NoTable(name) => write!(f, "no table {name}"),
            Error::NoColumn(name) => write!(f, "no column {name}"),
            Error::Ambiguous(name) => write!(f, "{name} is ambiguous"),
            Error::Type(what) => write!(f, "{what}"),
        }
    }
}
type Result<T> = std::result::Result<T, Error>;

// ---- tables

struct Table {
    columns: Vec<String>,
    rows: Vec<Row>,
    indexes: HashMap<usize, BTreeMap<Value, Vec<u32>>, Fast>,
}

impl Table {
    fn from_csv(text: &str) -> Table {
        let mut lines = text.lines();
        let columns = split_csv(lines.next().unwrap_or("")).into_iter().map(|c| c.to_lowercase()).collect();
        let rows = lines.filter(|l| !l.trim().is_empty()).map(|l| split_csv(l).iter().map(|f| Value::parse(f)).collect()).collect();
        Table { columns, rows, indexes: HashMap::default() }
    }

    fn index(&mut self, column: usize) {
        let mut tree: BTreeMap<Value, Vec<u32>> = BTreeMap::new();
        for (i, row) in self.rows.iter().enumerate() {
            tree.entry(row[column].clone()).or_default().push(i as u32);
        }
        self.indexes.insert(column, tree);
    }
}

fn split_csv(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    fields.push(field);
    fields
}

// ---- SQL: words, then a tree

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Number(String),
    Quoted(String),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 15] = ["<=", ">=", "<>", "||", "(", ")", ",", "*", "+", "-", "/", "%", "=", "<", ">"];

fn tokenise(sql: &str) -> Result<Vec<(Token, usize)>> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    'outer: while at < bytes.len() {
        let from = at;
        let c = bytes[at];
        if c.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if c.is_ascii_alphabetic() || c == b'_' {
            while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || bytes[at] == b'.') {
                at += 1;
            }
            tokens.push((Token::Word(sql[from..at].to_lowercase()), from));
            continue;
        }
        if c.is_ascii_digit() {
            while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'.') {
                at += 1;
            }
            tokens.push((Token::Number(sql[from..at].to_string()), from));
            continue;
        }
        if c == b'\'' {
            let mut text = String::new();
            at += 1;
            loop {
                match bytes.get(at) {
                    None => return Err(Error::Syntax("a closing quote".into(), from)),
                    Some(b'\'') if bytes.get(at + 1) == Some(&b'\'') => {
                        text.push('\'');
                        at += 2;
                    }
                    Some(b'\'') => break,
                    Some(b) => {
                        text.push(*b as char);
                        at += 1;
                    }
                }
            }
            at += 1;
            tokens.push((Token::Quoted(text), from));
            continue;
        }
        for s in SYMBOLS {
            if sql[at..].starts_with(s) {
                tokens.push((Token::Symbol(s), from));
                at += s.len();
                continue 'outer;
            }
        }
        return Err(Error::Syntax("a word, number or symbol".into(), at));
    }
    tokens.push((Token::End, at));
    Ok(tokens)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Or, And, Eq, Ne, Lt, Le, Gt, Ge, Like, Add, Sub, Mul, Div, Mod, Concat,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Aggregate {
    Count, Sum, Min, Max, Avg, Distinct,
}

#[derive(Clone, Debug)]
enum Expr {
    Constant(Value),
    Named(String),
    Column(usize),
    Binary(Op, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>, bool),
    In(Box<Expr>, Vec<Expr>),
    InQuery(Box<Expr>, Box<Query>),
    InSet(Box<Expr>, Rc<HashSet<Value, Fast>>),
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    Call(String, Vec<Expr>),
    Aggregate(Aggregate, Option<Box<Expr>>),
}

#[derive(Clone, Debug, Default)]
struct Query {
    items: Vec<(Expr, String)>,
    star: bool,
    from: Vec<(String, String)>,
    conditions: Vec<Expr>,
    groups: Vec<Expr>,
    having: Option<Expr>,
    order: Vec<(Expr, bool)>,
    limit: Option<usize>,
    distinct: bool,
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn fail<T>(&self, what: &str) -> Result<T> {
        Err(Error::Syntax(what.to_string(), self.tokens[self.at].1))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(w) if w == word);
        if found {
            self.at += 1;
        }
        found
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.word(word) { Ok(()) } else { self.fail(word) }
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<()> {
        if self.symbol(symbol) { Ok(()) } else { self.fail(symbol) }
    }

    fn name(&mut self) -> Result<String> {
        match self.next() {
            Token::Word(w) => Ok(w),
            _ => self.fail("a name"),
        }
    }

    fn query(&mut self) -> Result<Query> {
        let mut q = Query::default();
        self.expect_word("select")?;
        q.distinct = self.word("distinct");
        if self.symbol("*") {
            q.star = true;
        } else {
            loop {
                let expr = self.expr(0)?;
                let name = if self.word("as") { self.name()? } else { default_name(&expr) };
                q.items.push((expr, name));
                if !self.symbol(",") {
                    break;
                }
            }
        }
        self.expect_word("from")?;
        self.table(&mut q)?;
        loop {
            if self.symbol(",") {
                self.table(&mut q)?;
            } else if self.word("join") {
                self.table(&mut q)?;
                self.expect_word("on")?;
                let on = self.expr(0)?;
                conjuncts(on, &mut q.conditions);
            } else {
                break;
            }
        }
        if self.word("where") {
            let condition = self.expr(0)?;
            conjuncts(condition, &mut q.conditions);
        }
        if self.word("group") {
            self.expect_word("by")?;
            q.groups = self.list()?;
        }
        if self.word("having") {
            q.having = Some(self.expr(0)?);
        }
        if self.word("order") {
            self.expect_word("by")?;
            loop {
                let expr = self.expr(0)?;
                let down = self.word("desc");
                if !down {
                    self.word("asc");
                }
                q.order.push((expr, down));
                if !self.symbol(",") {
                    break;
                }
            }
        }
        if self.word("limit") {
            match self.next() {
                Token::Number(n) => q.limit = n.parse().ok(),
                _ => return self.fail("a number"),
            }
        }
        Ok(q)
    }

    fn table(&mut self, q: &mut Query) -> Result<()> {
        let table = self.name()?;
        let keyword = |w: &str| matches!(w, "join" | "on" | "where" | "group" | "order" | "limit" | "having");
        let alias = match self.peek() {
            Token::Word(w) if !keyword(w) => self.name()?,
            _ => table.clone(),
        };
        q.from.push((table, alias));
        Ok(())
    }

    fn list(&mut self) -> Result<Vec<Expr>> {
        let mut list = vec![self.expr(0)?];
        while self.symbol(",") {
            list.push(self.expr(0)?);
        }
        Ok(list)
    }

    fn operator(&self) -> Option<(Op, u8)> {
        Some(match self.peek() {
            Token::Word(w) if w == "or" => (Op::Or, 1),
            Token::Word(w) if w == "and" => (Op::And, 2),
            Token::Word(w) if w == "like" => (Op::Like, 4),
            Token::Symbol(s) => match *s {
                "=" => (Op::Eq, 4),
                "<>" => (Op::Ne, 4),
                "<" => (Op::Lt, 4),
                "<=" => (Op::Le, 4),
                ">" => (Op::Gt, 4),
                ">=" => (Op::Ge, 4),
                "+" => (Op::Add, 5),
                "-" => (Op::Sub, 5),
                "||" => (Op::Concat, 5),
                "*" => (Op::Mul, 6),
                "/" => (Op::Div, 6),
                "%" => (Op::Mod, 6),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn not_in(&mut self) -> bool {
        let follows = matches!(self.tokens.get(self.at + 1), Some((Token::Word(w), _)) if w == "in");
        let found = follows && self.word("not");
        if found {
            self.at += 1;
        }
        found
    }

    /// By precedence climbing.
    fn expr(&mut self, lowest: u8) -> Result<Expr> {
        let mut left = if self.word("not") { Expr::Not(Box::new(self.expr(3)?)) } else { self.primary()? };
        loop {
            if lowest <= 4 && self.word("is") {
                let not = self.word("not");
                self.expect_word("null")?;
                left = Expr::IsNull(Box::new(left), !not);
            } else if lowest <= 4 && self.word("between") {
                let low = self.expr(5)?;
                self.expect_word("and")?;
                let high = self.expr(5)?;
                let above = Expr::Binary(Op::Ge, Box::new(left.clone()), Box::new(low));
                left = Expr::Binary(Op::And, Box::new(above), Box::new(Expr::Binary(Op::Le, Box::new(left), Box::new(high))));
            } else if lowest <= 4 && (self.word("in") || self.not_in()) {
                let not = matches!(&self.tokens[self.at - 2].0, Token::Word(w) if w == "not");
                self.expect_symbol("(")?;
                if matches!(self.peek(), Token::Word(w) if w == "select") {
                    left = Expr::InQuery(Box::new(left), Box::new(self.query()?));
                } else {
                    left = Expr::In(Box::new(left), self.list()?);
                }
                self.expect_symbol(")")?;
                if not {
                    left = Expr::Not(Box::new(left));
                }
            } else {
                match self.operator() {
                    Some((op, level)) if level >= lowest => {
                        self.at += 1;
                        let right = self.expr(level + 1)?;
                        left = Expr::Binary(op, Box::new(left), Box::new(right));
                    }
                    _ => return Ok(left),
                }
            }
        }
    }

    fn primary(&mut self) -> Result<Expr> {
        match self.next() {
            Token::Number(n) => Ok(Expr::Constant(Value::parse(&n))),
            Token::Quoted(t) => Ok(Expr::Constant(Text(t.as_str().into()))),
            Token::Symbol("(") => {
                let inner = self.expr(0)?;
                self.expect_symbol(")")?;
                Ok(inner)
            }
            Token::Symbol("-") => Ok(Expr::Binary(Op::Sub, Box::new(Expr::Constant(Int(0))), Box::new(self.primary()?))),
            Token::Word(w) if w == "null" => Ok(Expr::Constant(Null)),
            Token::Word(w) if w == "case" => self.case(),
            Token::Word(w) if self.symbol("(") => self.call(w),
            Token::Word(w) => Ok(Expr::Named(w)),
            _ => {
                self.at -= 1;
                self.fail("an expression")
            }
        }
    }

    fn case(&mut self) -> Result<Expr> {
        let mut arms = Vec::new();
        while self.word("when") {
            let condition = self.expr(0)?;
            self.expect_word("then")?;
            arms.push((condition, self.expr(0)?));
        }
        let otherwise = if self.word("else") { Some(Box::new(self.expr(0)?)) } else { None };
        self.expect_word("end")?;
        Ok(Expr::Case(arms, otherwise))
    }

    fn call(&mut self, name: String) -> Result<Expr> {
        let aggregate = match name.as_str() {
            "count" => Some(Aggregate::Count),
            "sum" => Some(Aggregate::Sum),
            "min" => Some(Aggregate::Min),
            "max" => Some(Aggregate::Max),
            "avg" => Some(Aggregate::Avg),
            _ => None,
        };
        let Some(mut aggregate) = aggregate else {
            let arguments = if self.symbol(")") { return Ok(Expr::Call(name, vec![])) } else { self.list()? };
            self.expect_symbol(")")?;
            return Ok(Expr::Call(name, arguments));
        };
        let argument = if self.symbol("*") {
            None
        } else {
            if self.word("distinct") {
                aggregate = Aggregate::Distinct;
            }
            Some(Box::new(self.expr(0)?))
        };
        self.expect_symbol(")")?;
        Ok(Expr::Aggregate(aggregate, argument))
    }
}

fn default_name(expr: &Expr) -> String {
    match expr {
        Expr::Named(name) => name.rsplit('.').next().unwrap_or(name).to_string(),
        Expr::Aggregate(kind, _) => format!("{kind:?}").to_lowercase(),
        Expr::Call(name, _) => name.clone(),
        _ => "expr".to_string(),
    }
}

fn conjuncts(expr: Expr, into: &mut Vec<Expr>) {
    match expr {
        Expr::Binary(Op::And, a, b) => {
            conjuncts(*a, into);
            conjuncts(*b, into);
        }
        other => into.push(other),
    }
}

// ---- names to places

#[derive(Clone, Default)]
struct Scope {
    columns: Vec<(String, String)>,
}

impl Scope {
    fn find(&self, name: &str) -> Result<usize> {
        let (table, column) = match name.split_once('.') {
            Some((t, c)) => (Some(t), c),
            None => (None, name),
        };
        let mut matching = self.columns.iter().enumerate().filter(|(_, (t, c))| c == column && table.map_or(true, |wanted| wanted == t));
        match (matching.next(), matching.next()) {
            (Some((i, _)), None) => Ok(i),
            (Some(_), Some(_)) => Err(Error::Ambiguous(name.to_string())),
            _ => Err(Error::NoColumn(name.to_string())),
        }
    }
}

impl Expr {
    fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Binary(_, a, b) => vec![a, b],
            Expr::Not(a) | Expr::IsNull(a, _) | Expr::InQuery(a, _) | Expr::InSet(a, _) => vec![a],
            Expr::In(a, list) => std::iter::once(&**a).chain(list.iter()).collect(),
            Expr::Case(arms, otherwise) => {
                let mut all: Vec<&Expr> = arms.iter().flat_map(|(c, r)| [c, r]).collect();
                all.extend(otherwise.as_deref());
                all
            }
            Expr::Call(_, list) => list.iter().collect(),
            Expr::Aggregate(_, Some(a)) => vec![a],
            _ => vec![],
        }
    }

    fn any(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|c| c.any(test))
    }

    /// The same with every part replaced for which `change` gives something.
    fn map(&self, change: &mut dyn FnMut(&Expr) -> Result<Option<Expr>>) -> Result<Expr> {
        if let Some(changed) = change(self)? {
            return Ok(changed);
        }
        let mut boxed = |e: &Expr| -> Result<Box<Expr>> { Ok(Box::new(e.map(change)?)) };
        Ok(match self {
            Expr::Binary(op, a, b) => Expr::Binary(*op, boxed(a)?, boxed(b)?),
            Expr::Not(a) => Expr::Not(boxed(a)?),
            Expr::IsNull(a, yes) => Expr::IsNull(boxed(a)?, *yes),
            Expr::InQuery(a, q) => Expr::InQuery(boxed(a)?, q.clone()),
            Expr::InSet(a, set) => Expr::InSet(boxed(a)?, set.clone()),
            Expr::In(a, list) => Expr::In(boxed(a)?, list.iter().map(|e| e.map(change)).collect::<Result<_>>()?),
            Expr::Case(arms, otherwise) => Expr::Case(
                arms.iter().map(|(c, r)| Ok((c.map(change)?, r.map(change)?))).collect::<Result<_>>()?,
                otherwise.as_ref().map(|e| Ok(Box::new(e.map(change)?))).transpose()?,
            ),
            Expr::Call(name, list) => Expr::Call(name.clone(), list.iter().map(|e| e.map(change)).collect::<Result<_>>()?),
            Expr::Aggregate(kind, argument) => Expr::Aggregate(*kind, argument.as_ref().map(|e| boxed(e)).transpose()?),
            other => other.clone(),
        })
    }

    fn resolve(&self, scope: &Scope) -> Result<Expr> {
        self.map(&mut |e| match e {
            Expr::Named(name) => Ok(Some(Expr::Column(scope.find(name)?))),
            _ => Ok(None),
        })
    }

    /// Which columns it reads, as the highest one; nothing if it has none.
    fn within(&self, scope: &Scope) -> bool {
        !self.any(&|e| matches!(e, Expr::Named(name) if scope.find(name).is_err()))
    }

    fn eval(&self, row: &Row) -> Result<Value> {
        Ok(match self {
            Expr::Constant(v) => v.clone(),
            Expr::Column(i) => row[*i].clone(),
            Expr::Binary(Op::And, a, b) => Bool(a.eval(row)?.truth() && b.eval(row)?.truth()),
            Expr::Binary(Op::Or, a, b) => Bool(a.eval(row)?.truth() || b.eval(row)?.truth()),
            Expr::Binary(op, a, b) => binary(*op, a.eval(row)?, b.eval(row)?)?,
            Expr::Not(a) => Bool(!a.eval(row)?.truth()),
            Expr::IsNull(a, yes) => Bool((a.eval(row)? == Null) == *yes),
            Expr::In(a, list) => {
                let wanted = a.eval(row)?;
                for e in list {
                    if e.eval(row)? == wanted {
                        return Ok(Bool(true));
                    }
                }
                Bool(false)
            }
            Expr::InSet(a, set) => Bool(set.contains(&a.eval(row)?)),
            Expr::Case(arms, otherwise) => {
                for (condition, result) in arms {
                    if condition.eval(row)?.truth() {
                        return result.eval(row);
                    }
                }
                match otherwise {
                    Some(e) => e.eval(row)?,
                    None => Null,
                }
            }
            Expr::Call(name, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|e| e.eval(row)).collect::<Result<_>>()?;
                call(name, &values)?
            }
            Expr::Named(name) => return Err(Error::NoColumn(name.clone())),
            Expr::InQuery(..) | Expr::Aggregate(..) => return Err(Error::Type("not allowed here")),
        })
    }
}

fn binary(op: Op, a: Value, b: Value) -> Result<Value> {
    if matches!(a, Null) || matches!(b, Null) {
        return Ok(Null);
    }
    let order = || a.cmp(&b);
    Ok(match op {
        Op::Eq => Bool(order().is_eq()),
        Op::Ne => Bool(order().is_ne()),
        Op::Lt => Bool(order().is_lt()),
        Op::Le => Bool(order().is_le()),
        Op::Gt => Bool(order().is_gt()),
        Op::Ge => Bool(order().is_ge()),
        Op::Concat => Text(format!("{a}{b}").as_str().into()),
        Op::Like => match (&a, &b) {
            (Text(text), Text(pattern)) => Bool(like(text.as_bytes(), pattern.as_bytes())),
            _ => return Err(Error::Type("like needs text")),
        },
        _ => match (&a, &b) {
            (Int(x), Int(y)) => match op {
                Op::Add => Int(x.wrapping_add(*y)),
                Op::Sub => Int(x.wrapping_sub(*y)),
                Op::Mul => Int(x.wrapping_mul(*y)),
                Op::Div => x.checked_div(*y).map_or(Null, Int),
                _ => x.checked_rem(*y).map_or(Null, Int),
            },
            _ => {
                let (Some(x), Some(y)) = (a.as_f64(), b.as_f64()) else { return Err(Error::Type("arithmetic needs numbers")) };
                Float(match op {
                    Op::Add => x + y,
                    Op::Sub => x - y,
                    Op::Mul => x * y,
                    Op::Div => x / y,
                    _ => x % y,
                })
            }
        },
    })
}

fn like(text: &[u8], pattern: &[u8]) -> bool {
    let (mut t, mut p, mut star, mut mark) = (0, 0, usize::MAX, 0);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'%' {
            star = p;
            mark = t;
            p += 1;
        } else if p < pattern.len() && (pattern[p] == b'_' || pattern[p] == text[t]) {
            t += 1;
            p += 1;
        } else if star != usize::MAX {
            p = star + 1;
            mark += 1;
            t = mark;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == b'%')
}

fn call(name: &str, v: &[Value]) -> Result<Value> {
    Ok(match (name, v) {
        ("upper", [Text(t)]) => Text(t.to_uppercase().as_str().into()),
        ("lower", [Text(t)]) => Text(t.to_lowercase().as_str().into()),
        ("length", [Text(t)]) => Int(t.chars().count() as i64),
        ("substr", [Text(t), Int(from), Int(n)]) => Text(t.chars().skip((*from - 1).max(0) as usize).take(*n as usize).collect::<String>().as_str().into()),
        ("abs", [Int(i)]) => Int(i.abs()),
        ("abs", [Float(f)]) => Float(f.abs()),
        ("round", [x, Int(digits)]) => {
            let scale = 10f64.powi(*digits as i32);
            Float((x.as_f64().ok_or(Error::Type("round needs a number"))? * scale).round() / scale)
        }
        ("coalesce", values) => values.iter().find(|x| **x != Null).cloned().unwrap_or(Null),
        (_, values) if values.iter().any(|x| *x == Null) => Null,
        _ => return Err(Error::Type("no such function")),
    })
}

// ---- operators

trait Operator {
    fn next(&mut self) -> Result<Option<Row>>;
}

struct Scan<'a> {
    table: &'a Table,
    at: usize,
}
impl Operator for Scan<'_> {
    fn next(&mut self) -> Result<Option<Row>> {
        self.at += 1;
        Ok(self.table.rows.get(self.at - 1).cloned())
    }
}

struct IndexScan<'a> {
    table: &'a Table,
    places: Vec<u32>,
    at: usize,
}
impl Operator for IndexScan<'_> {
    fn next(&mut self) -> Result<Option<Row>> {
        self.at += 1;
        Ok(self.places.get(self.at - 1).map(|p| self.table.rows[*p as usize].clone()))
    }
}

struct Filter<'a> {
    input: Box<dyn Operator + 'a>,
    condition: Expr,
}
impl Operator for Filter<'_> {
    fn next(&mut self) -> Result<Option<Row>> {
        while let Some(row) = self.input.next()? {
            if self.condition.eval(&row)?.truth() {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

/// Hashes the right side, then streams the left.
struct HashJoin<'a> {
    left: Box<dyn Operator + 'a>,
    table: HashMap<Value, Vec<Row>, Fast>,
    key: Expr,
    current: Option<Row>,
    at: usize,
}
impl<'a> HashJoin<'a> {
    fn new(left: Box<dyn Operator + 'a>, mut right: Box<dyn Operator + 'a>, key: Expr, right_key: Expr) -> Result<HashJoin<'a>> {
        let mut table: HashMap<Value, Vec<Row>, Fast> = HashMap::default();
        while let Some(row) = right.next()? {
            let k = right_key.eval(&row)?;
            if k != Null {
                table.entry(k).or_default().push(row);
            }
        }
        Ok(HashJoin { left, table, key, current: None, at: 0 })
    }
}
impl Operator for HashJoin<'_> {
    fn next(&mut self) -> Result<Option<Row>> {
        loop {
            if let Some(row) = &self.current {
                if let Some(partner) = self.table.get(&self.key.eval(row)?).and_then(|rows| rows.get(self.at)) {
                    self.at += 1;
                    return Ok(Some(row.iter().chain(partner).cloned().collect()));
                }
            }
            self.current = self.left.next()?;
            self.at = 0;
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }
}

struct Cross<'a> {
    left: Box<dyn Operator + 'a>,
    right: Vec<Row>,
    current: Option<Row>,
    at: usize,
}
impl Operator for Cross<'_> {
    fn next(&mut self) -> Result<Option<Row>> {
        loop {
            if let (Some(row), Some(partner)) = (&self.current, self.right.get(self.at)) {
                self.at += 1;
                return Ok(Some(row.iter().chain(partner).cloned().collect()));
            }
            self.current = self.left.next()?;
            self.at = 0;
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }
}

#[derive(Clone)]
struct Total {
    count: i64,
    sum: f64,
    whole: i64,
    exact: bool,
    least: Value,
    most: Value,
    seen: HashSet<Value, Fast>,
}

impl Total {
    fn new() -> Total {
        Total { count: 0, sum: 0.0, whole: 0, exact: true, least: Null, most: Null, seen: HashSet::default() }
    }

    fn add(&mut self, kind: Aggregate, v: Value) {
        if v == Null {
            return;
        }
        self.count += 1;
        match kind {
            Aggregate::Sum | Aggregate::Avg => match v {
                Int(i) => {
                    self.whole = self.whole.wrapping_add(i);
                    self.sum += i as f64;
                }
                _ => {
                    self.exact = false;
                    self.sum += v.as_f64().unwrap_or(0.0);
                }
            },
            Aggregate::Min if self.least == Null || v < self.least => self.least = v,
            Aggregate::Max if v > self.most => self.most = v,
            Aggregate::Distinct => {
                self.seen.insert(v);
            }
            _ => {}
        }
    }

    fn result(&self, kind: Aggregate) -> Value {
        match kind {
            Aggregate::Count => Int(self.count),
            Aggregate::Distinct => Int(self.seen.len() as i64),
            Aggregate::Sum if self.count == 0 => Null,
            Aggregate::Sum if self.exact => Int(self.whole),
            Aggregate::Sum => Float(self.sum),
            Aggregate::Avg if self.count == 0 => Null,
            Aggregate::Avg => Float(self.sum / self.count as f64),
            Aggregate::Min => self.least.clone(),
            Aggregate::Max => self.most.clone(),
        }
    }
}

// ---- planning and running

struct Database {
    tables: HashMap<String, Table, Fast>,
}

struct Answer {
    names: Vec<String>,
    rows: Vec<Row>,
}

impl Database {
    fn ask(&self, sql: &str) -> Result<Answer> {
        let mut parser = Parser { tokens: tokenise(sql)?, at: 0 };
        let query = parser.query()?;
        if *parser.peek() != Token::End {
            return parser.fail("the end");
        }
        self.run(&query)
    }

    fn table(&self, name: &str) -> Result<&Table> {
        self.tables.get(name).ok_or_else(|| Error::NoTable(name.to_string()))
    }

    fn scope_of(&self, from: &[(String, String)]) -> Result<Scope> {
        let mut scope = Scope::default();
        for (table, alias) in from {
            scope.columns.extend(self.table(table)?.columns.iter().map(|c| (alias.clone(), c.clone())));
        }
        Ok(scope)
    }

    /// Subqueries do not refer outwards, so each is run once and becomes a set.
    fn subqueries(&self, expr: &Expr) -> Result<Expr> {
        expr.map(&mut |e| match e {
            Expr::InQuery(a, q) => {
                let set = self.run(q)?.rows.into_iter().map(|mut row| row.swap_remove(0)).collect();
                Ok(Some(Expr::InSet(Box::new(self.subqueries(a)?), Rc::new(set))))
            }
            _ => Ok(None),
        })
    }

    /// A table's rows, with the conditions that speak of it alone; an equality with a constant on an indexed column is looked up.
    fn access(&self, from: &(String, String), conditions: &mut Vec<Expr>) -> Result<Box<dyn Operator + '_>> {
        let table = self.table(&from.0)?;
        let scope = self.scope_of(std::slice::from_ref(from))?;
        let mut operator: Box<dyn Operator> = Box::new(Scan { table, at: 0 });
        let (local, rest): (Vec<Expr>, Vec<Expr>) = conditions.drain(..).partition(|c| c.within(&scope));
        *conditions = rest;
        for condition in local {
            let resolved = condition.resolve(&scope)?;
            if let Expr::Binary(op, a, b) = &resolved {
                if let (Expr::Column(c), Expr::Constant(v)) = (&**a, &**b) {
                    if let Some(tree) = table.indexes.get(c) {
                        let places: Option<Vec<u32>> = match op {
                            Op::Eq => Some(tree.get(v).cloned().unwrap_or_default()),
                            Op::Lt => Some(tree.range(..v.clone()).flat_map(|(_, p)| p.iter().copied()).collect()),
                            Op::Ge => Some(tree.range(v.clone()..).flat_map(|(_, p)| p.iter().copied()).collect()),
                            _ => None,
                        };
                        if let Some(places) = places {
                            operator = Box::new(Filter { input: Box::new(IndexScan { table, places, at: 0 }), condition: resolved });
                            continue;
                        }
                    }
                }
            }
            operator = Box::new(Filter { input: operator, condition: resolved });
        }
        Ok(operator)
    }

    /// Joins in the order written, by hash where an equality links what is there with the next table.
    fn joined(&self, query: &Query) -> Result<(Box<dyn Operator + '_>, Scope)> {
        let mut conditions: Vec<Expr> = query.conditions.iter().map(|c| self.subqueries(c)).collect::<Result<_>>()?;
        let mut operator = self.access(&query.from[0], &mut conditions)?;
        let mut scope = self.scope_of(&query.from[..1])?;
        for i in 1..query.from.len() {
            let right = self.access(&query.from[i], &mut conditions)?;
            let right_scope = self.scope_of(&query.from[i..=i])?;
            let link = conditions.iter().position(|c| match c {
                Expr::Binary(Op::Eq, a, b) => a.within(&scope) && b.within(&right_scope) || a.within(&right_scope) && b.within(&scope),
                _ => false,
            });
            operator = match link.map(|l| conditions.remove(l)) {
                Some(Expr::Binary(_, a, b)) => {
                    let (a, b) = if a.within(&scope) { (a, b) } else { (b, a) };
                    Box::new(HashJoin::new(operator, right, a.resolve(&scope)?, b.resolve(&right_scope)?)?)
                }
                _ => {
                    let mut rows = Vec::new();
                    let mut right = right;
                    while let Some(row) = right.next()? {
                        rows.push(row);
                    }
                    Box::new(Cross { left: operator, right: rows, current: None, at: 0 })
                }
            };
            scope.columns.extend(right_scope.columns);
            let (ready, rest): (Vec<Expr>, Vec<Expr>) = conditions.drain(..).partition(|c| c.within(&scope));
            conditions = rest;
            for condition in ready {
                operator = Box::new(Filter { input: operator, condition: condition.resolve(&scope)? });
            }
        }
        if let Some(left) = conditions.first() {
            left.resolve(&scope)?;
        }
        Ok((operator, scope))
    }

    fn run(&self, query: &Query) -> Result<Answer> {
        let (mut input, scope) = self.joined(query)?;
        let mut items = query.items.clone();
        if query.star {
            items = scope.columns.iter().map(|(t, c)| (Expr::Named(format!("{t}.{c}")), c.clone())).collect();
        }
        let named = |e: &Expr| e.map(&mut |part| match part {
            Expr::Named(n) => Ok(items.iter().find(|(_, name)| name == n && scope.find(n).is_err()).map(|(e, _)| e.clone())),
            _ => Ok(None),
        });
        let mut outputs: Vec<Expr> = items.iter().map(|(e, _)| e.clone()).collect();
        for (e, _) in &query.order {
            outputs.push(named(e)?);
        }
        let having = query.having.as_ref().map(named).transpose()?;
        let is_aggregate = |e: &Expr| e.any(&|p| matches!(p, Expr::Aggregate(..)));
        let mut rows = Vec::new();
        if !query.groups.is_empty() || outputs.iter().any(is_aggregate) {
            let groups: Vec<Expr> = query.groups.iter().map(named).collect::<Result<_>>()?;
            rows = group(&mut *input, &scope, &groups, &outputs, having.as_ref())?;
        } else {
            let outputs: Vec<Expr> = outputs.iter().map(|e| e.resolve(&scope)).collect::<Result<_>>()?;
            while let Some(row) = input.next()? {
                rows.push(outputs.iter().map(|e| e.eval(&row)).collect::<Result<Row>>()?);
            }
        }
        let width = items.len();
        if query.distinct {
            let mut seen: HashSet<Row, Fast> = HashSet::default();
            rows.retain(|row| seen.insert(row[..width].to_vec()));
        }
        rows.sort_by(|a, b| {
            for (i, (_, down)) in query.order.iter().enumerate() {
                let order = a[width + i].cmp(&b[width + i]);
                if order.is_ne() {
                    return if *down { order.reverse() } else { order };
                }
            }
            Ordering::Equal
        });
        rows.truncate(query.limit.unwrap_or(usize::MAX));
        for row in &mut rows {
            row.truncate(width);
        }
        Ok(Answer { names: items.into_iter().map(|(_, name)| name).collect(), rows })
    }
}

/// Groups in order of their keys. Aggregates become columns behind those of a group's first row.
fn group(input: &mut dyn Operator, scope: &Scope, keys: &[Expr], outputs: &[Expr], having: Option<&Expr>) -> Result<Vec<Row>> {
    let keys: Vec<Expr> = keys.iter().map(|k| k.resolve(scope)).collect::<Result<_>>()?;
    let width = scope.columns.len();
    let mut aggregates: Vec<(Aggregate, Option<Expr>)> = Vec::new();
    let mut lower = |e: &Expr| e.map(&mut |part| match part {
        Expr::Aggregate(kind, argument) => {
            aggregates.push((*kind, argument.as_ref().map(|a| a.resolve(scope)).transpose()?));
            Ok(Some(Expr::Column(width + aggregates.len() - 1)))
        }
        Expr::Named(name) => Ok(Some(Expr::Column(scope.find(name)?))),
        _ => Ok(None),
    });
    let outputs: Vec<Expr> = outputs.iter().map(&mut lower).collect::<Result<_>>()?;
    let having = having.map(&mut lower).transpose()?;
    let mut groups: BTreeMap<Row, (Row, Vec<Total>)> = BTreeMap::new();
    while let Some(row) = input.next()? {
        let key: Row = keys.iter().map(|k| k.eval(&row)).collect::<Result<_>>()?;
        let (_, totals) = groups.entry(key).or_insert_with(|| (row.clone(), vec![Total::new(); aggregates.len()]));
        for (total, (kind, argument)) in totals.iter_mut().zip(&aggregates) {
            total.add(*kind, match argument {
                Some(e) => e.eval(&row)?,
                None => Int(1),
            });
        }
    }
    if groups.is_empty() && keys.is_empty() {
        groups.insert(vec![], (vec![Null; width], vec![Total::new(); aggregates.len()]));
    }
    let mut rows = Vec::new();
    for (mut row, totals) in groups.into_values() {
        row.extend(totals.iter().zip(&aggregates).map(|(t, (kind, _))| t.result(*kind)));
        if let Some(condition) = &having {
            if !condition.eval(&row)?.truth() {
                continue;
            }
        }
        rows.push(outputs.iter().map(|e| e.eval(&row)).collect::<Result<Row>>()?);
    }
    Ok(rows)
}

// ---- the data and the questions

struct Random(u64);
impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % limit
    }
}

fn make_tables() -> Database {
    let mut random = Random(0x2545F4914F6CDD1D);
    let towns = ["Graz", "Linz", "Wels", "Steyr", "Bregenz", "Villach", "Krems", "Lienz"];
    let goods = ["bolt", "nut", "washer", "gear", "spring", "bearing", "belt", "chain", "axle", "valve", "pump", "hose"];
    let mut customers = String::from("id,name,town,since,credit\n");
    for i in 0..400 {
        let credit = if random.below(10) == 0 { String::new() } else { format!("{}.{:02}", random.below(9000), random.below(100)) };
        writeln!(customers, "{i},\"Customer {}, {}\",{},{},{credit}", i * 7919 % 1000, ["Ltd", "Inc", "GmbH", "& \"\"Sons\"\""][i % 4], towns[random.below(8) as usize], 1990 + random.below(35)).unwrap();
    }
    let mut products = String::from("id,label,kind,price\n");
    for i in 0..120 {
        let good = goods[random.below(12) as usize];
        writeln!(products, "{i},{good} M{},{good},{}.{}", 2 + random.below(20), 1 + random.below(300), random.below(10)).unwrap();
    }
    let mut orders = String::from("id,customer,product,quantity,day\n");
    for i in 0..40000 {
        writeln!(orders, "{i},{},{},{},{}", random.below(420), random.below(120), 1 + random.below(50), 1 + random.below(365)).unwrap();
    }
    let mut tables: HashMap<String, Table, Fast> = HashMap::default();
    tables.insert("customers".into(), Table::from_csv(&customers));
    tables.insert("products".into(), Table::from_csv(&products));
    let mut order_table = Table::from_csv(&orders);
    order_table.index(1);
    order_table.index(4);
    tables.insert("orders".into(), order_table);
    Database { tables }
}

const QUESTIONS: [&str; 14] = [
    "select count(*), sum(quantity), min(day), max(day), avg(quantity) from orders",
    "select town, count(*) as n, round(avg(credit), 2) as mean from customers group by town having count(*) > 40 order by n desc, town",
    "select c.name, sum(o.quantity * p.price) as worth from orders o join customers c on o.customer = c.id join products p on p.id = o.product \
     where c.town = 'Graz' and p.kind in ('gear', 'pump') group by c.name order by worth desc limit 5",
    "select p.kind, count(distinct o.customer) as buyers, sum(o.quantity) as pieces from products p, orders o where o.product = p.id group by p.kind order by p.kind",
    "select name, since from customers where name like '%7_, & \"Sons\"%' and credit is not null order by since desc, name limit 6",
    "select day % 7 as weekday, count(*) as n from orders where quantity between 10 and 20 group by day % 7 order by weekday",
    "select count(*) from orders where customer not in (1, 2) or day < 10",
    "select o.id, o.day, p.label from orders o join products p on o.product = p.id where o.customer = 17 order by o.day, o.id limit 8",
    "select count(*) from orders where customer in (select id from customers where town = 'Linz' and since >= 2010)",
    "select case when price < 50 then 'cheap' when price < 150 then 'fair' else 'dear' end as class, count(*) as n, round(sum(price), 1) as total \
     from products group by case when price < 50 then 'cheap' when price < 150 then 'fair' else 'dear' end order by n desc",
    "select distinct upper(substr(town, 1, 3)) || '-' || length(town) as code from customers order by code",
    "select a.town, count(*) as pairs from customers a, customers b where a.town = b.town and a.since = b.since and a.id < b.id group by a.town order by pairs desc, a.town limit 4",
    "select coalesce(credit, 0) + abs(-5) as c, name from customers where since < 1993 order by c desc limit 3",
    "select day, sum(quantity) as q from orders where day >= 350 group by day order by q desc, day limit 3",
];

const MISTAKES: [&str; 6] = [
    "select nothing from orders",
    "select id from orders o join customers c on o.customer = c.id",
    "select * from nowhere",
    "select count(* from orders",
    "select name + 1 from customers limit 1",
    "select 'open from orders",
];

fn show(out: &mut String, answer: &Answer) {
    let mut widths: Vec<usize> = answer.names.iter().map(|n| n.len()).collect();
    let cells: Vec<Vec<String>> = answer.rows.iter().map(|r| r.iter().map(|v| v.to_string()).collect()).collect();
    for row in &cells {
        for (w, cell) in widths.iter_mut().zip(row) {
            *w = (*w).max(cell.chars().count());
        }
    }
    for row in std::iter::once(&answer.names).chain(&cells) {
        for (cell, w) in row.iter().zip(&widths) {
            write!(out, "{cell:>w$}  ").unwrap();
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
}

fn main() {
    unsafe { bench_start() };
    let database = make_tables();
    let mut out = String::new();
    for question in QUESTIONS {
        match database.ask(question) {
            Ok(answer) => show(&mut out, &answer),
            Err(e) => writeln!(out, "error: {e}").unwrap(),
        }
        out.push('\n');
    }
    for mistake in MISTAKES {
        match database.ask(mistake) {
            Ok(_) => out.push_str("accepted\n"),
            Err(e) => writeln!(out, "error: {e}").unwrap(),
        }
    }
    unsafe { bench_end() };
    print!("{out}");
}

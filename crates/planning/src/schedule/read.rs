//! The text formats in which scheduling problems are published, told apart by their first two lines.
//!
//! - job shop: `jobs machines`, then a line of `machine duration` pairs for each job, machines from 0;
//! - flexible job shop (Brandimarte): `jobs machines average`, then for each job a line: how many operations, and for
//!   each how many modes, and for each mode `machine duration`, machines from 1;
//! - project (Patterson): `activities resources`, the capacities, then for each activity: duration, usage of each
//!   resource, how many successors, and these, from 1.
//!
//! Lines that are empty or begin with `#` are passed over.

use super::model::{RESOURCES_MAX, WORK_MAX};
use super::{Activity, Mode, Problem, Project, Shop};
use crate::{Error, Result};
use vocab::{Phrase, phrase};

/// Longest text that is read, in bytes.
const BYTES_MAX: usize = 8 << 20;

/// The problem that `text` describes.
///
/// # Errors
/// The first mistake, with its line and what would be right.
pub fn read(text: &str) -> Result<Problem> {
    if text.len() > BYTES_MAX {
        let (at, what) = (phrase("file", "文件"), phrase("bytes", "字节"));
        return Err(Error::TooMany { at, what, count: text.len(), limit: BYTES_MAX });
    }
    let lines = text.lines().enumerate().map(|(n, text)| Line { number: n + 1, text: text.trim() });
    let lines: Vec<Line> = lines.filter(|l| !l.text.is_empty() && !l.text.starts_with('#')).collect();
    let [head, second, ..] = lines[..] else {
        let what = phrase("lines with numbers", "含数字的行");
        let remedy = phrase(
            "give a head line and a line for each job or activity",
            "请给出首行，以及每个作业或活动各一行",
        );
        return Err(Error::Model {
            at: phrase("file", "文件"),
            what,
            value: Phrase::plain(lines.len()),
            remedy,
        });
    };
    match (head.text.split_whitespace().count(), second.text.split_whitespace().count()) {
        (3, _) => shop(&lines, Line::flexible_job).map(Problem::Shop),
        (2, found) => {
            let mut sizes = head.numbers();
            let (first, second) = (sizes.take()?, sizes.take()?);
            match (found == 2 * second, found == second) {
                (true, _) => shop(&lines, Line::job).map(Problem::Shop),
                (_, true) => project(&lines, first, second).map(Problem::Project),
                _ => Err(lines[1].wrong(
                    phrase("count of numbers", "数字个数"),
                    found,
                    phrase(
                        format!("give {} for a job, or {second} capacities of a project", 2 * second),
                        format!("作业请给出 {} 个，项目容量请给出 {second} 个", 2 * second),
                    ),
                )),
            }
        }
        (found, _) => Err(head.wrong(
            phrase("count of numbers", "数字个数"),
            found,
            phrase(
                "give jobs and machines (a third number for a flexible shop), or activities and resources",
                "请给出作业数和机器数（柔性车间再加一个数），或活动数和资源数",
            ),
        )),
    }
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn at(self) -> Phrase {
        phrase(format!("line {}", self.number), format!("第 {} 行", self.number))
    }

    fn wrong(self, what: Phrase, value: impl std::fmt::Display, remedy: Phrase) -> Error {
        // a line may be anything: only its beginning is told
        let value: String = value.to_string().chars().take(40).collect();
        Error::Model { at: self.at(), what, value: Phrase::plain(value), remedy }
    }

    fn numbers(self) -> Numbers<'a, impl Iterator<Item = (Line<'a>, &'a str)>> {
        Numbers { last: self, words: self.text.split_whitespace().map(move |word| (self, word)) }
    }

    fn job(self, machines: usize) -> Result<Vec<Vec<Mode>>> {
        let mut numbers = self.numbers();
        let modes =
            (0..machines).map(|_| Ok(vec![Mode { machine: numbers.take()?, duration: numbers.take()? }]));
        let modes = modes.collect::<Result<_>>()?;
        numbers.end().map(|()| modes)
    }

    fn flexible_job(self, _machines: usize) -> Result<Vec<Vec<Mode>>> {
        let mut numbers = self.numbers();
        let operations = (0..numbers.take_count(WORK_MAX)?).map(|_| {
            let modes = 0..numbers.take_count(RESOURCES_MAX)?;
            modes.map(|_| Ok(Mode { machine: numbers.take_from_1()?, duration: numbers.take()? })).collect()
        });
        let operations = operations.collect::<Result<_>>()?;
        numbers.end().map(|()| operations)
    }
}

fn shop<'a>(lines: &[Line<'a>], job: fn(Line<'a>, usize) -> Result<Vec<Vec<Mode>>>) -> Result<Shop> {
    let (head, rest) = (lines[0], &lines[1..]);
    let mut sizes = head.numbers();
    let (jobs, machines): (usize, usize) = (sizes.take()?, sizes.take_count(RESOURCES_MAX)?);
    if jobs != rest.len() {
        let remedy = format!("there are {} lines after it: give one for each job", rest.len());
        let remedy = phrase(remedy, format!("其后有 {} 行：请为每个作业给出一行", rest.len()));
        return Err(head.wrong(phrase("number of jobs", "作业数"), jobs, remedy));
    }
    let jobs = rest.iter().map(|line| job(*line, machines)).collect::<Result<_>>()?;
    Shop::new(machines, jobs, |job| rest[job].at())
}

fn project(lines: &[Line], count: usize, resources: usize) -> Result<Project> {
    let mut capacities = lines[1].numbers();
    let capacities = (0..resources).map(|_| capacities.take()).collect::<Result<_>>()?;
    // an activity may go over several lines, so the rest is read as one
    let words = lines[2..].iter().flat_map(|line| line.text.split_whitespace().map(|word| (*line, word)));
    let mut numbers = Numbers { last: lines[lines.len() - 1], words: words.peekable() };
    if count > WORK_MAX {
        let remedy = phrase(format!("give at most {WORK_MAX}"), format!("请不要超过 {WORK_MAX}"));
        return Err(lines[0].wrong(phrase("number of activities", "活动数"), count, remedy));
    }
    let mut places = Vec::with_capacity(count);
    let activities = (0..count).map(|_| {
        places.push(numbers.words.peek().map_or(numbers.last, |(line, _)| *line));
        let duration = numbers.take()?;
        let usage = (0..resources).map(|_| numbers.take()).collect::<Result<_>>()?;
        let successors = 0..numbers.take_count(WORK_MAX)?;
        let successors = successors.map(|_| numbers.take_from_1()).collect::<Result<_>>()?;
        Ok(Activity { duration, usage, successors })
    });
    let activities = activities.collect::<Result<_>>()?;
    numbers.end()?;
    Project::new(capacities, activities, |activity| places[activity].at())
}

/// Words that must be whole numbers, each with the line it stands in.
struct Numbers<'a, W> {
    last: Line<'a>,
    words: W,
}

impl<'a, W: Iterator<Item = (Line<'a>, &'a str)>> Numbers<'a, W> {
    fn word(&mut self) -> Result<(Line<'a>, &'a str)> {
        self.words.next().ok_or_else(|| {
            let (what, remedy) =
                (phrase("too few numbers", "数字太少"), phrase("add what is missing", "请补全"));
            self.last.wrong(what, self.last.text, remedy)
        })
    }

    fn take<N: std::str::FromStr>(&mut self) -> Result<N> {
        let (line, word) = self.word()?;
        let remedy = || phrase("write a whole number from 0", "请写不小于 0 的整数");
        word.parse().map_err(|_| line.wrong(phrase("number", "数字"), word, remedy()))
    }

    /// What counts things that follow.
    fn take_count(&mut self, limit: usize) -> Result<usize> {
        match self.take()? {
            count if count <= limit => Ok(count),
            count => Err(Error::TooMany { at: self.last.at(), what: phrase("entries", "项"), count, limit }),
        }
    }

    /// What is counted from 1, as counted from 0.
    fn take_from_1(&mut self) -> Result<usize> {
        let (line, word) = self.word()?;
        let number: Option<usize> = word.parse().ok();
        number.and_then(|n| n.checked_sub(1)).ok_or_else(|| {
            line.wrong(phrase("number", "编号"), word, phrase("count from 1", "请从 1 开始编号"))
        })
    }

    fn end(&mut self) -> Result<()> {
        match self.words.next() {
            None => Ok(()),
            Some((line, word)) => {
                let (what, remedy) =
                    (phrase("number too many", "多余的数字"), phrase("take it out", "请删去"));
                Err(line.wrong(what, word, remedy))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::Said;

    #[test]
    fn the_three_formats_are_told_apart() {
        let shop = read("2 2\n0 3 1 2\n# the other\n1 4 0 1\n").unwrap();
        let Problem::Shop(shop) = shop else { panic!("{shop:?}") };
        assert_eq!((shop.jobs(), shop.machines(), shop.operations().len()), (2, 2, 4));
        assert_eq!(shop.operations()[2].modes, [Mode { machine: 1, duration: 4 }]);

        let flexible = read("2\t2\t1.5\n 2 1 1 3 2 1 4 2 5 \n 1 1 2 6\n\n").unwrap();
        let Problem::Shop(flexible) = flexible else { panic!("{flexible:?}") };
        assert_eq!(
            flexible.operations()[1].modes,
            [Mode { machine: 0, duration: 4 }, Mode { machine: 1, duration: 5 }]
        );

        let project = read("3 1\n4\n0 0 1 2\n5 3 1\n3\n0 0 0\n").unwrap();
        let Problem::Project(project) = project else { panic!("{project:?}") };
        assert_eq!(project.activities()[1], Activity { duration: 5, usage: vec![3], successors: vec![2] });
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_the_remedy_in_both_languages() {
        let cases = [
            ("", "file", "head line"),
            ("1\n1 2", "line 1", "jobs and machines"),
            ("2 2\n0 3 1\n1 4 0 1", "line 2", "give 4 for a job, or 2 capacities"),
            ("3 2\n0 3 1 2\n1 4 0 1", "line 1: number of jobs '3'", "there are 2 lines"),
            ("2 2\n0 3 1 2\n1 4 0 x", "line 3: number 'x'", "whole number"),
            ("2 2\n0 3 1 2\n1 4 0", "line 3: too few", "add what is missing"),
            ("2 2\n0 3 1 2\n1 4 0 1 7", "line 3: number too many '7'", "take it out"),
            ("2 2\n0 3 1 2\n1 4 2 1", "line 3, operation 2: machine '3'", "there are 2"),
            ("1 2\n0 3 1 100001", "line 2, operation 2: duration '100001'", "at most 100000"),
            ("1 2 1\n1 1 0 3", "line 2: number '0'", "count from 1"),
            ("1 2 1\n1 0", "line 2, operation 1: number of machines '0'", "at least one"),
            ("1 1 1\n99999 1", "line 2: 99999 entries", "at most 20000"),
            ("2 1\n4\n0 5 1 2\n1 0 0", "line 3: usage '5'", "at most 4"),
            ("2 1\n4\n0 0 1 2\n1 0 1 1", "line 3: activity that waits for itself '1'", "out of the loop"),
            ("2 1\n4\n0 0 1 3\n1 0 0", "line 3: successor '3'", "there are 2"),
            ("2 1\n4\n0 0 1 2", "line 3: too few", "add what is missing"),
        ];
        for (text, place, remedy) in cases {
            let error = read(text).unwrap_err();
            let said = error.to_string();
            assert!(said.contains(place) && said.contains(remedy), "{text:?}: {said}");
            assert!(error.zh().chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}", error.zh());
        }
    }
}

//! What needs what: the order in which things can be counted, and loops in which they cannot.
//!
//! A thing's low-level code is the longest chain of recipes above it (Orlicky, Material Requirements Planning,
//! 1975). Counting by it visits each thing once, after all that needs it.

use crate::{Error, Model, Result};
use std::collections::BTreeMap;
use vocab::SpecId;

/// Most different things below one demand, or in one model.
pub(crate) const ITEMS_MAX: usize = 20_000;
/// Most recipes below one another.
pub(crate) const DEPTH_MAX: u32 = 64;

#[derive(Default)]
struct Node {
    /// recipes above it that are not counted yet
    waiting: usize,
    /// low-level code
    level: u32,
}

/// Everything that `roots` need, themselves included, by low-level code, then name: whatever needs a thing comes
/// before it.
pub(crate) fn parents_first<'a>(
    model: &'a Model,
    roots: impl IntoIterator<Item = &'a SpecId>,
) -> Result<Vec<&'a SpecId>> {
    let mut nodes = reach(model, roots)?;
    let mut ready: Vec<&SpecId> = nodes.iter().filter(|(_, n)| n.waiting == 0).map(|(s, _)| *s).collect();
    let mut done = 0;
    while let Some(spec) = ready.pop() {
        done += 1;
        let below = nodes.get(spec).map_or(0, |n| n.level) + 1;
        for input in inputs(model, spec) {
            if below > DEPTH_MAX {
                return Err(Error::TooDeep { spec: input.clone(), limit: DEPTH_MAX });
            }
            let node = nodes.entry(input).or_default();
            node.level = node.level.max(below);
            node.waiting -= 1;
            if node.waiting == 0 {
                ready.push(input);
            }
        }
    }
    if done < nodes.len() {
        nodes.retain(|_, node| node.waiting > 0);
        return Err(Error::Loop { path: name_a_loop(model, &nodes) });
    }
    let mut order: Vec<(u32, &SpecId)> = nodes.into_iter().map(|(spec, n)| (n.level, spec)).collect();
    order.sort();
    Ok(order.into_iter().map(|(_, spec)| spec).collect())
}

/// All that may go into a thing.
fn inputs<'a>(model: &'a Model, spec: &SpecId) -> impl Iterator<Item = &'a SpecId> {
    let inputs = model.recipes.get(spec).into_iter().flat_map(|r| &r.inputs);
    inputs.flat_map(|i| std::iter::once(&i.spec).chain(i.substitutes.iter().map(|s| &s.spec)))
}

/// Everything that `roots` need, each with the number of recipes that name it.
fn reach<'a>(
    model: &'a Model,
    roots: impl IntoIterator<Item = &'a SpecId>,
) -> Result<BTreeMap<&'a SpecId, Node>> {
    let mut todo: Vec<&SpecId> = roots.into_iter().collect();
    let mut nodes: BTreeMap<&SpecId, Node> = todo.iter().map(|spec| (*spec, Node::default())).collect();
    while let Some(spec) = todo.pop() {
        for input in inputs(model, spec) {
            let node = nodes.entry(input).or_insert_with(|| {
                todo.push(input);
                Node::default()
            });
            node.waiting += 1;
        }
        if nodes.len() > ITEMS_MAX {
            return Err(Error::TooWide { spec: spec.clone(), limit: ITEMS_MAX });
        }
    }
    Ok(nodes)
}

/// One loop among things that all wait for one another, written `a -> b -> a`.
fn name_a_loop(model: &Model, waiting: &BTreeMap<&SpecId, Node>) -> String {
    // each of them is needed by another of them, so walking upwards must meet itself
    let mut above: BTreeMap<&SpecId, &SpecId> = BTreeMap::new();
    for spec in waiting.keys() {
        for input in inputs(model, spec) {
            above.entry(input).or_insert(spec);
        }
    }
    let mut path: Vec<&SpecId> = waiting.keys().copied().take(1).collect();
    while let Some(next) = path.last().and_then(|spec| above.get(spec)) {
        if let Some(met) = path.iter().position(|spec| spec == next) {
            path.drain(..met);
            break;
        }
        path.push(next);
    }
    path.reverse();
    let first = path.iter().enumerate().min_by_key(|(_, spec)| **spec).map_or(0, |(i, _)| i);
    path.rotate_left(first);
    let names = path.iter().chain(path.first()).map(|spec| spec.as_str());
    names.collect::<Vec<_>>().join(" -> ")
}

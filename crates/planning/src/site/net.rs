//! A model as dense numbers: items, recipes and resources by index, times in seconds, quantities in millionths.
//!
//! A [`Net`] is compiled once and then only read; [`Net::new`] also sets up the empty [`Shop`].

use crate::check::work_center_at;
use crate::explode::{input_at, output_at};
use crate::lot::{self, Lot, Micros, Yield, micros};
use crate::shop::{Center, Clock, Place, Resource, Seconds, Sequence, Shop, Task, Timeline};
use crate::{Calendar, Error, HORIZON_S, Model, Per, Recipe, Result, Step, graph};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, Phrase, SpecId, Timestamp, phrase};

/// Keeps for ever.
pub(crate) const FOR_EVER: Seconds = Seconds::MAX;

#[derive(Clone)]
pub(crate) struct Net {
    pub(crate) base: Timestamp,
    pub(crate) items: Vec<ItemNet>,
    pub(crate) by_spec: BTreeMap<SpecId, u32>,
    pub(crate) centers: Vec<String>,
    pub(crate) people: Vec<String>,
    pub(crate) tools: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct ItemNet {
    pub(crate) spec: SpecId,
    pub(crate) recipe: Option<RecipeNet>,
    pub(crate) purchase: Option<PurchaseNet>,
    pub(crate) shelf_life: Seconds,
    pub(crate) safety_stock: Micros,
}

#[derive(Clone)]
pub(crate) struct PurchaseNet {
    pub(crate) lead_time: Seconds,
    pub(crate) lot: Lot,
    pub(crate) calendar: Option<Clock>,
}

#[derive(Clone)]
pub(crate) struct RecipeNet {
    pub(crate) batch: Micros,
    pub(crate) lot: Lot,
    pub(crate) inputs: Vec<InputNet>,
    pub(crate) steps: Vec<StepNet>,
    pub(crate) by_products: Vec<(u32, Micros)>,
}

#[derive(Clone)]
pub(crate) struct InputNet {
    pub(crate) item: u32,
    pub(crate) quantity: Micros,
    pub(crate) per: Per,
    pub(crate) substitutes: Vec<(u32, Micros)>,
}

#[derive(Clone)]
pub(crate) struct StepNet {
    pub(crate) places: Vec<Place>,
    pub(crate) fixed: Seconds,
    /// what of it comes out of the last step
    pub(crate) share: Yield,
    pub(crate) family: Option<u32>,
    pub(crate) crew: Option<(u32, u32)>,
    pub(crate) tool: Option<u32>,
    /// the next step may begin after so many batches
    pub(crate) transfer: Option<i64>,
    pub(crate) outside: Option<OutsideNet>,
}

/// A step at another firm.
#[derive(Clone, Copy)]
pub(crate) struct OutsideNet {
    /// elapsed seconds
    pub(crate) lead_time: Seconds,
    /// when it is back at the earliest
    pub(crate) not_before: Seconds,
}

impl StepNet {
    /// Batches that go through this step so that `batches` come out of the last; `None` = out of range.
    pub(crate) fn begun(&self, batches: i64) -> Option<i64> {
        self.share.begun(batches)
    }

    pub(crate) fn task(&self, begun: i64) -> Task<'_> {
        Task { places: &self.places, batches: begun, family: self.family, crew: self.crew, tool: self.tool }
    }
}

impl Net {
    /// `model` and its resources, with nothing planned. `extra` are things wanted or there that no recipe names.
    pub(crate) fn new<'a>(
        model: &'a Model,
        base: Timestamp,
        extra: impl Iterator<Item = &'a SpecId>,
    ) -> Result<(Self, Shop)> {
        let mut specs: BTreeSet<&SpecId> =
            extra.chain(model.recipes.keys()).chain(model.items.keys()).collect();
        for recipe in model.recipes.values() {
            for input in &recipe.inputs {
                specs.insert(&input.spec);
                specs.extend(input.substitutes.iter().map(|s| &s.spec));
            }
            specs.extend(recipe.by_products.iter().map(|b| &b.spec));
        }
        // refuses loops, and what is too deep or too wide
        graph::parents_first(model, specs.iter().copied())?;
        let by_spec: BTreeMap<SpecId, u32> = (0..).zip(&specs).map(|(i, s)| ((*s).clone(), i)).collect();
        let names = Names::of(model, model.recipes.values(), |_| true);
        let shop = names.shop(model, base)?;
        let mut items = Vec::with_capacity(specs.len());
        for spec in specs {
            let known = model.items.get(spec);
            let purchase = known.and_then(|i| i.purchase.as_ref());
            let purchase = purchase.map(|p| {
                let at = phrase(format!("purchase of {spec}"), format!("{spec} 的采购"));
                let calendar = p.calendar.as_ref();
                let clock = calendar.map(|c| Clock::new(&at, Some(c), base, HORIZON_S)).transpose()?;
                let lot = Lot::new(&at, &p.lot, 1)?;
                Ok::<_, Error>(PurchaseNet { lead_time: p.lead_time_s, lot, calendar: clock })
            });
            let safety = known.map_or(Decimal::ZERO, |i| i.safety_stock);
            items.push(ItemNet {
                spec: spec.clone(),
                recipe: model.recipes.get(spec).map(|r| names.recipe(r, &by_spec)).transpose()?,
                purchase: purchase.transpose()?,
                shelf_life: known.map_or(0, |i| i.shelf_life_s),
                safety_stock: if safety.is_positive() { micros(|| output_at(spec), safety)? } else { 0 },
            });
        }
        let Names { centers, people, tools, .. } = names;
        let owned = |index: BTreeMap<&str, u32>| {
            let mut list: Vec<_> = index.into_iter().collect();
            list.sort_unstable_by_key(|(_, i)| *i);
            list.into_iter().map(|(name, _)| name.to_owned()).collect()
        };
        let net = Self {
            base,
            items,
            by_spec,
            centers: owned(centers),
            people: owned(people),
            tools: owned(tools),
        };
        Ok((net, shop))
    }

    /// The steps of the recipe for an item.
    pub(crate) fn steps(&self, item: u32) -> &[StepNet] {
        self.items[item as usize].recipe.as_ref().map_or(&[], |r| &r.steps)
    }

    /// How long what is there at `at` keeps.
    pub(crate) fn expiry(&self, item: u32, at: Seconds) -> Seconds {
        match self.items[item as usize].shelf_life {
            0 => FOR_EVER,
            life => at.saturating_add(life),
        }
    }

    /// Whole seconds from the base to `t`, rounded up; before the base, negative.
    pub(crate) fn seconds(&self, t: Timestamp) -> Seconds {
        seconds_up(self.base, t)
    }

    pub(crate) fn instant(&self, t: Seconds) -> Timestamp {
        vocab::after(self.base, t)
    }
}

/// Whole seconds from `base` to `t`, rounded up.
pub(crate) fn seconds_up(base: Timestamp, t: Timestamp) -> Seconds {
    let elapsed = t.duration_since(base);
    elapsed.as_secs() + Seconds::from(elapsed.subsec_nanos() > 0)
}

/// The indices of everything that steps name.
pub(crate) struct Names<'a> {
    pub(crate) centers: BTreeMap<&'a str, u32>,
    pub(crate) people: BTreeMap<&'a str, u32>,
    pub(crate) tools: BTreeMap<&'a str, u32>,
    skills: BTreeMap<&'a str, u32>,
    pub(crate) families: BTreeMap<&'a str, u32>,
}

fn index<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u32> {
    let sorted: BTreeSet<&str> = names.collect();
    (0..).zip(sorted).map(|(i, name)| (name, i)).collect()
}

impl<'a> Names<'a> {
    /// Of everything that `recipes` name, and of the work centres that are `wanted`.
    pub(crate) fn of(
        model: &'a Model,
        recipes: impl Iterator<Item = &'a Recipe> + Clone,
        wanted: impl Fn(&str) -> bool,
    ) -> Self {
        let steps = || recipes.clone().flat_map(|r| &r.steps);
        let asked = steps().filter_map(|s| s.crew.as_ref()).map(|c| c.skill.as_str());
        let had = model.people.values().flat_map(|p| &p.skills).map(String::as_str);
        let changes = model.work_centers.values().flat_map(|c| &c.changeovers);
        let families = steps().filter_map(|s| s.family.as_deref());
        Self {
            centers: index(model.work_centers.keys().map(String::as_str).filter(|name| wanted(name))),
            people: index(model.people.keys().map(String::as_str)),
            tools: index(model.tools.keys().map(String::as_str)),
            skills: index(asked.chain(had)),
            families: index(families.chain(changes.flat_map(|c| [c.from.as_str(), c.to.as_str()]))),
        }
    }

    /// The resources, all free.
    pub(crate) fn shop(&self, model: &Model, base: Timestamp) -> Result<Shop> {
        let resource = |at: &Phrase, units, calendar: Option<&Calendar>| {
            let clock = Clock::new(at, calendar, base, HORIZON_S)?;
            Ok::<_, Error>(Resource { units, clock, busy: Timeline::default() })
        };
        let mut centers = Vec::with_capacity(self.centers.len());
        for (name, center) in model.work_centers.iter().filter(|(n, _)| self.centers.contains_key(n.as_str()))
        {
            let sequence = (!center.changeovers.is_empty()).then(|| {
                let of = |name: &str| self.families.get(name).copied().unwrap_or_default();
                let pairs = center.changeovers.iter().map(|c| ((of(&c.from), of(&c.to)), c.setup_s));
                let down = Resource { units: 1, clock: Clock::Always, busy: Timeline::default() };
                let units = vec![Vec::new(); center.units.max(1) as usize];
                Sequence { changeovers: pairs.collect(), units, down }
            });
            centers.push(Center {
                resource: resource(&work_center_at(name), center.units, center.calendar.as_ref())?,
                efficiency_percent: i64::from(center.efficiency_percent.max(1)),
                sequence,
            });
        }
        let mut people = Vec::with_capacity(model.people.len());
        let mut skills = vec![Vec::new(); self.skills.len()];
        for (name, person) in &model.people {
            let at = phrase(format!("person '{name}'"), format!("人员“{name}”"));
            people.push(resource(&at, 1, person.calendar.as_ref())?);
            for skill in &person.skills {
                skills[self.skills[skill.as_str()] as usize].push(people.len() as u32 - 1);
            }
        }
        let tools = model.tools.iter().map(|(name, tool)| {
            resource(&phrase(format!("tool '{name}'"), format!("工具“{name}”")), tool.units.max(1), None)
        });
        let horizon = vocab::after(base, HORIZON_S).duration_since(base).as_secs();
        Ok(Shop { centers, people, tools: tools.collect::<Result<_>>()?, skills, horizon })
    }

    fn recipe(&self, recipe: &Recipe, items: &BTreeMap<SpecId, u32>) -> Result<RecipeNet> {
        if recipe.steps.is_empty() {
            return Err(crate::check::no_steps(&recipe.output));
        }
        let (batch, lot) = lot::sizes(recipe)?;
        let mut inputs = Vec::with_capacity(recipe.inputs.len());
        for input in &recipe.inputs {
            let mut substitutes = Vec::with_capacity(input.substitutes.len());
            for other in &input.substitutes {
                substitutes.push((items[&other.spec], micros(|| input_at(&other.spec), other.quantity)?));
            }
            let quantity = micros(|| input_at(&input.spec), input.quantity)?;
            inputs.push(InputNet { item: items[&input.spec], quantity, per: input.per, substitutes });
        }
        let mut by_products = Vec::with_capacity(recipe.by_products.len());
        for other in &recipe.by_products {
            by_products.push((items[&other.spec], micros(|| output_at(&other.spec), other.quantity)?));
        }
        let steps = self.steps(recipe, batch)?;
        Ok(RecipeNet { batch, lot, inputs, steps, by_products })
    }

    /// The steps of a recipe whose batch is so large.
    pub(crate) fn steps(&self, recipe: &Recipe, batch: Micros) -> Result<Vec<StepNet>> {
        let each = recipe.steps.iter().zip(Yield::of(recipe)).enumerate();
        each.map(|(number, (step, share))| self.step(&recipe.output, number, step, batch, share)).collect()
    }

    /// One step of the recipe for `spec`.
    fn step(
        &self,
        spec: &SpecId,
        number: usize,
        step: &Step,
        batch: Micros,
        share: Yield,
    ) -> Result<StepNet> {
        let at = crate::place::step_at(spec, number, step);
        let place = |name: &str, setup, run| match self.centers.get(name) {
            Some(center) => Ok(Place { center: *center, setup, run }),
            None => Err(self.unknown_center(&at, name)),
        };
        let places = match step.outside {
            Some(_) => Vec::new(),
            None => {
                let own = std::iter::once(place(&step.work_center, step.setup_s, step.run_s));
                let others = step.alternatives.iter().map(|a| place(&a.work_center, a.setup_s, a.run_s));
                own.chain(others).collect::<Result<_>>()?
            }
        };
        let transfer = step.transfer.map(|quantity| micros(|| at.clone(), quantity)).transpose()?;
        Ok(StepNet {
            places,
            fixed: step.fixed_s,
            share,
            family: step.family.as_deref().map(|f| self.families[f]),
            crew: step.crew.as_ref().map(|c| (self.skills[c.skill.as_str()], c.people)),
            tool: step.tool.as_deref().map(|t| self.tools.get(t).copied().ok_or(t)).transpose().map_err(
                |name| Error::Model {
                    at: at.clone(),
                    what: phrase("unknown tool", "未知的工具"),
                    value: Phrase::plain(name),
                    remedy: phrase("add it to the tools of the model", "请在模型的工具中添加"),
                },
            )?,
            transfer: transfer.map(|t| (t / batch + i64::from(t % batch != 0)).max(1)),
            outside: step.outside.as_ref().map(|o| OutsideNet { lead_time: o.lead_time_s, not_before: 0 }),
        })
    }

    fn unknown_center(&self, at: &Phrase, name: &str) -> Error {
        let mut known: Vec<&str> = self.centers.keys().copied().collect();
        known.sort_unstable();
        known.truncate(8);
        let value = name.chars().take(64).collect();
        Error::UnknownWorkCenter { at: at.clone(), value, known: known.join(", ") }
    }
}

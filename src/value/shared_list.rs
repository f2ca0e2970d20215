//! A list whose copies share what they have in common, as those of a [`SharedMap`] do.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Index, Range};
use std::sync::Arc;

use crate::value::shared_map::{Entries, SharedMap};

/// A list to whose end things are added.
pub struct SharedList<T>(SharedMap<usize, Arc<T>>);

impl<T> SharedList<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one at a place, from 0.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.0.get(&at).map(|one| &**one)
    }

    /// The first.
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> Items<'_, T> {
        Items { list: self, ahead: self.0.iter(), places: 0..self.len() }
    }

    /// Those that are not the same in `before`, of which this is a later copy, each with its place.
    pub fn since<'a>(&'a self, before: &SharedList<T>) -> impl Iterator<Item = (usize, &'a T)> {
        let is_old = |at: &usize, one: &Arc<T>| before.0.get(at).is_some_and(|old| Arc::ptr_eq(old, one));
        let new: Vec<_> = self.0.since(&before.0).into_iter().filter(|(at, one)| !is_old(at, one)).collect();
        new.into_iter().map(|(at, one)| (*at, &**one))
    }

    /// Adds one at the end.
    pub fn push(&mut self, one: T) {
        self.0.insert(self.len(), Arc::new(one));
    }
}

impl<T: Clone> SharedList<T> {
    /// The place at which something stands in a list that is sorted by `key`; if it does not, where it would stand.
    ///
    /// # Errors
    /// The place where it would stand.
    pub fn search_by_key<K: Ord>(&self, sought: &K, key: impl Fn(&T) -> K) -> Result<usize, usize> {
        let mut places = 0..self.len();
        while !places.is_empty() {
            let middle = places.start + places.len() / 2;
            match key(&self[middle]).cmp(sought) {
                Ordering::Less => places.start = middle + 1,
                Ordering::Greater => places.end = middle,
                Ordering::Equal => return Ok(middle),
            }
        }
        Err(places.start)
    }

    /// Puts one in at a place. What stands behind it moves.
    pub fn insert(&mut self, at: usize, one: T) {
        let mut next = Arc::new(one);
        for place in at..self.len() {
            next = self.0.insert(place, next).expect("the place is within the list");
        }
        self.0.insert(self.len(), next);
    }

    /// Keeps only those that fit. It takes time for the whole list if any does not.
    pub fn retain(&mut self, fits: impl Fn(&T) -> bool) {
        if !self.iter().all(&fits) {
            let kept = self.0.values().filter(|one| fits(one)).cloned().enumerate();
            self.0 = kept.collect();
        }
    }

    /// The last, to be changed.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.get_mut(self.len().checked_sub(1)?)
    }

    /// The one at a place, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.0.get_mut(&at).map(Arc::make_mut)
    }

    /// Changes those that fit.
    pub fn change(&mut self, fits: impl Fn(&T) -> bool, change: impl FnMut(&mut T)) {
        let places: Vec<usize> = (0..self.len()).filter(|at| self.get(*at).is_some_and(&fits)).collect();
        let mut change = change;
        for at in places {
            self.get_mut(at).into_iter().for_each(&mut change);
        }
    }
}

impl<T> Clone for SharedList<T> {
    fn clone(&self) -> Self {
        SharedList(self.0.clone())
    }
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        SharedList(SharedMap::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for SharedList<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<T> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut list = SharedList::default();
        list.extend(all);
        list
    }
}

impl<T> Extend<T> for SharedList<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        more.into_iter().for_each(|one| self.push(one));
    }
}

impl<T> Index<usize> for SharedList<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        self.get(at).expect("there is one at that place")
    }
}

impl<'a, T> IntoIterator for &'a SharedList<T> {
    type Item = &'a T;
    type IntoIter = Items<'a, T>;

    fn into_iter(self) -> Items<'a, T> {
        self.iter()
    }
}

/// What a list holds.
pub struct Items<'a, T> {
    list: &'a SharedList<T>,
    ahead: Entries<'a, usize, Arc<T>>,
    places: Range<usize>,
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.places.next()?;
        self.ahead.next().map(|(_, one)| &**one)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<T> DoubleEndedIterator for Items<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.list.get(self.places.next_back()?)
    }
}

impl<T> ExactSizeIterator for Items<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list_and_its_copies_stay_as_they_were() {
        let mut list: SharedList<u32> = (0..100).collect();
        let before = list.clone();
        list.insert(50, 1000);
        list.push(2000);
        list.change(|one| *one == 7, |one| *one = 70);
        let mut plain: Vec<u32> = (0..100).collect();
        plain.insert(50, 1000);
        plain.push(2000);
        plain[7] = 70;
        assert!(list.iter().eq(&plain) && list.iter().rev().eq(plain.iter().rev()));
        assert!(before.iter().copied().eq(0..100));
        assert_eq!(list.since(&before).next(), Some((7, &70)));
        assert_eq!(before.search_by_key(&30, |one| *one), Ok(30));
        assert_eq!(before.search_by_key(&300, |one| *one), Err(100));
        list.retain(|one| *one < 10);
        assert!(list.iter().copied().eq([0, 1, 2, 3, 4, 5, 6, 8, 9]));
    }
}

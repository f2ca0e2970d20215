//! A sorted map whose copies share what they have in common: a copy costs nothing, and a change to one of them copies only
//! the way to what is changed.
//!
//! A log is judged as it was at several of its records at a time. Whole copies would cost its reader as much as whoever
//! wrote it likes.

use std::cmp::Ordering;
use std::fmt;
use std::iter::FusedIterator;
use std::ops::Index;
use std::sync::Arc;

/// A sorted map: a balanced tree (AVL) whose nodes are shared.
pub struct SharedMap<K, V> {
    root: Tree<K, V>,
    len: usize,
}

type Tree<K, V> = Option<Arc<Node<K, V>>>;

#[derive(Clone)]
struct Node<K, V> {
    key: K,
    value: V,
    height: u8,
    left: Tree<K, V>,
    right: Tree<K, V>,
}

fn height<K, V>(tree: &Tree<K, V>) -> u8 {
    tree.as_ref().map_or(0, |node| node.height)
}

impl<K: Clone, V: Clone> Node<K, V> {
    fn measure(&mut self) {
        self.height = 1 + height(&self.left).max(height(&self.right));
    }
}

/// Lets the left child take the place of its parent.
fn rotate_right<K: Clone, V: Clone>(node: &mut Arc<Node<K, V>>) {
    let parent = Arc::make_mut(node);
    let Some(mut child) = parent.left.take() else { return };
    parent.left = Arc::make_mut(&mut child).right.take();
    parent.measure();
    std::mem::swap(node, &mut child);
    let top = Arc::make_mut(node);
    top.right = Some(child);
    top.measure();
}

/// Lets the right child take the place of its parent.
fn rotate_left<K: Clone, V: Clone>(node: &mut Arc<Node<K, V>>) {
    let parent = Arc::make_mut(node);
    let Some(mut child) = parent.right.take() else { return };
    parent.right = Arc::make_mut(&mut child).left.take();
    parent.measure();
    std::mem::swap(node, &mut child);
    let top = Arc::make_mut(node);
    top.left = Some(child);
    top.measure();
}

/// Restores the balance of a node of which one side has changed by one.
fn balance<K: Clone, V: Clone>(node: &mut Arc<Node<K, V>>) {
    let one = Arc::make_mut(node);
    one.measure();
    let (left, right) = (height(&one.left), height(&one.right));
    if left > right + 1 {
        if let Some(child) = one.left.as_mut().filter(|child| height(&child.left) < height(&child.right)) {
            rotate_left(child);
        }
        rotate_right(node);
    } else if right > left + 1 {
        if let Some(child) = one.right.as_mut().filter(|child| height(&child.right) < height(&child.left)) {
            rotate_right(child);
        }
        rotate_left(node);
    }
}

fn put<K: Ord + Clone, V: Clone>(tree: &mut Tree<K, V>, key: K, value: V) -> Option<V> {
    let Some(node) = tree else {
        *tree = Some(Arc::new(Node { key, value, height: 1, left: None, right: None }));
        return None;
    };
    let one = Arc::make_mut(node);
    let before = match key.cmp(&one.key) {
        Ordering::Less => put(&mut one.left, key, value),
        Ordering::Greater => put(&mut one.right, key, value),
        Ordering::Equal => return Some(std::mem::replace(&mut one.value, value)),
    };
    if before.is_none() {
        balance(node);
    }
    before
}

/// Takes out the first entry of a tree that has one.
fn take_first<K: Clone, V: Clone>(tree: &mut Tree<K, V>) -> Option<(K, V)> {
    let node = tree.as_mut()?;
    if node.left.is_none() {
        let one = (node.key.clone(), node.value.clone());
        *tree = node.right.clone();
        return Some(one);
    }
    let first = take_first(&mut Arc::make_mut(node).left);
    balance(node);
    first
}

fn take<K: Ord + Clone, V: Clone>(tree: &mut Tree<K, V>, key: &K) -> Option<V> {
    let node = tree.as_mut()?;
    let one = Arc::make_mut(node);
    let value = match key.cmp(&one.key) {
        Ordering::Less => take(&mut one.left, key),
        Ordering::Greater => take(&mut one.right, key),
        Ordering::Equal => {
            let value = one.value.clone();
            match take_first(&mut one.right) {
                Some((key, value)) => (one.key, one.value) = (key, value),
                None => {
                    *tree = one.left.take();
                    return Some(value);
                }
            }
            Some(value)
        }
    };
    balance(node);
    value
}

impl<K, V> SharedMap<K, V> {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries, in the order of their keys.
    pub fn iter(&self) -> Entries<'_, K, V> {
        let mut entries = Entries { ahead: Vec::new() };
        entries.descend(&self.root);
        entries
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> SharedMap<K, V> {
    fn node(&self, key: &K) -> Option<&Node<K, V>> {
        let mut at = self.root.as_deref();
        while let Some(node) = at {
            at = match key.cmp(&node.key) {
                Ordering::Less => node.left.as_deref(),
                Ordering::Greater => node.right.as_deref(),
                Ordering::Equal => return Some(node),
            };
        }
        None
    }

    /// The value under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.node(key).map(|node| &node.value)
    }

    /// Whether there is a value under a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.node(key).is_some()
    }

    /// The entries from a key on, in the order of their keys.
    pub fn from(&self, key: &K) -> Entries<'_, K, V> {
        let mut entries = Entries { ahead: Vec::new() };
        let mut at = self.root.as_deref();
        while let Some(node) = at {
            at = if node.key < *key {
                node.right.as_deref()
            } else {
                entries.ahead.push(node);
                node.left.as_deref()
            };
        }
        entries
    }

    /// The entries that are not known to be the same in `before`, of which this is a later copy: all that are new or changed,
    /// and few others. It takes time for these alone.
    pub fn since<'a>(&'a self, before: &SharedMap<K, V>) -> Vec<(&'a K, &'a V)> {
        let mut found = Vec::new();
        let mut open: Vec<&Node<K, V>> = self.root.as_deref().into_iter().collect();
        while let Some(node) = open.pop() {
            if !before.node(&node.key).is_some_and(|old| std::ptr::eq(old, node)) {
                found.push((&node.key, &node.value));
                open.extend(node.left.as_deref());
                open.extend(node.right.as_deref());
            }
        }
        found.sort_unstable_by_key(|(key, _)| *key);
        found
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    /// Puts a value under a key, and gives the one before it.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = put(&mut self.root, key, value);
        self.len += usize::from(before.is_none());
        before
    }

    /// Takes over what is in `other` and was not in `before`, of which `other` is a later copy.
    pub fn join(&mut self, other: &SharedMap<K, V>, before: &SharedMap<K, V>) {
        self.extend(other.since(before).into_iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Removes what is under a key.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        if !self.contains_key(key) {
            return None;
        }
        self.len -= 1;
        take(&mut self.root, key)
    }

    /// The value under a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        if !self.contains_key(key) {
            return None;
        }
        let mut at = self.root.as_mut();
        while let Some(node) = at {
            let one = Arc::make_mut(node);
            at = match key.cmp(&one.key) {
                Ordering::Less => one.left.as_mut(),
                Ordering::Greater => one.right.as_mut(),
                Ordering::Equal => return Some(&mut one.value),
            };
        }
        None
    }

    /// The value under a key, to be changed; first `value`, if there is none.
    pub fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        if !self.contains_key(&key) {
            self.insert(key.clone(), value);
        }
        self.get_mut(&key).expect("it is there now")
    }
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        SharedMap { root: self.root.clone(), len: self.len }
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        SharedMap { root: None, len: 0 }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SharedMap<K, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for SharedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| drop(self.insert(key, value)));
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = SharedMap::default();
        map.extend(entries);
        map
    }
}

impl<'a, K, V> IntoIterator for &'a SharedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Entries<'a, K, V>;

    fn into_iter(self) -> Entries<'a, K, V> {
        self.iter()
    }
}

impl<K: Ord, V> Index<&K> for SharedMap<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("there is one under that key")
    }
}

/// The entries of a map.
pub struct Entries<'a, K, V> {
    /// The nodes whose right sides come after them, the next one last.
    ahead: Vec<&'a Node<K, V>>,
}

impl<'a, K, V> Entries<'a, K, V> {
    fn descend(&mut self, tree: &'a Tree<K, V>) {
        let mut at = tree.as_deref();
        while let Some(node) = at {
            self.ahead.push(node);
            at = node.left.as_deref();
        }
    }
}

impl<'a, K, V> Iterator for Entries<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let node = self.ahead.pop()?;
        self.descend(&node.right);
        Some((&node.key, &node.value))
    }
}

impl<K, V> FusedIterator for Entries<'_, K, V> {}

#[cfg(test)]
mod tests;

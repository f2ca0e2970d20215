//! The program on a terminal: every question, asked and answered, and nothing secret by a side door.

mod beginning;
mod canary;
mod colour;
mod enrolling;
mod guided;
mod people;
mod prompts;
mod reveal;
mod scenes;
mod sealing;
mod terminal;

//! For people of the government: my cases by deadline, a case with its open and closed steps, new cases, registers.

pub mod case;
pub mod new;
pub mod pool;
pub mod registers;
pub mod search;
pub mod todo;

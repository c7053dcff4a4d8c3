//! What CPUs of one model share.

use std::sync::Arc;

use uop::Layout;

use crate::target::Target;

/// What CPUs of one model share: decode tables and the layout of the register file.
pub struct Kind<T: Target> {
    pub(super) model: Arc<T::Model>,
    pub(super) lifter: T::Lifter,
    pub(super) layout: Layout,
}

impl<T: Target> Kind<T> {
    /// Builds the tables for a model.
    pub fn new(model: T::Model) -> Arc<Kind<T>> {
        let (names, regs) = T::file().into_iter().unzip();
        let helpers = T::helpers().iter().map(|h| h.info).collect();
        let computes = (0..T::helpers().len()).map(|n| T::compute(n as u16)).collect();
        let layout = Layout { regs, names, helpers, aligned: T::ALIGNED, computes, late: T::LATE };
        Arc::new(Kind { lifter: T::lifter(&model), model: Arc::new(model), layout })
    }

    /// The model.
    pub fn model(&self) -> &T::Model {
        &self.model
    }

    /// The register file and helpers.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The decode tables.
    pub fn lifter(&self) -> &T::Lifter {
        &self.lifter
    }
}

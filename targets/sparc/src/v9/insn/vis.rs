//! VIS.

use decode::insns;

use crate::v9::ext::Ext;
use crate::v9::lift::Lift;

insns! {
    /// VIS.
    pub INSNS for Lift;
}

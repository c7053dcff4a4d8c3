//! General instructions: arithmetic, logic, comparison.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{RmwOp, Width};

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{RI, RIEd, RIL, RR, RRE, RRF, RS, RSY, RX, RXY, SI, SIL, SIY};
use crate::helper;
use crate::lift::Lift;

use super::arith_ops::*;

insns! {
    /// PoP, "General Instructions".
    pub INSNS for Lift;
    // ADD, SUBTRACT.
    "0001 1010 ........" RR ar "{r1}, {r2}" [Z];
    "0101 1010 ........................" RX a "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1010" RXY ay "{r1}, {a2}" [LongDisp];
    "1011 1001 0000 1000 ................" RRE agr "{r1}, {r2}" [Z];
    "1011 1001 0001 1000 ................" RRE agfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 1000" RXY ag "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1000" RXY agf "{r1}, {a2}" [Z];
    "1011 1001 1111 1000 ................" RRF ark "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 1000 ................" RRF agrk "{r1}, {r2}, {r3}" [Z196];
    "0100 1010 ........................" RX ah "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 1010" RXY ahy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0011 1000" RXY agh "{r1}, {a2}" [Misc2];
    "1010 0111 .... 1010 ................" RI ahi "{r1}, {i2}" [Z];
    "1010 0111 .... 1011 ................" RI aghi "{r1}, {i2}" [Z];
    "1100 0010 .... 1001 ................................" RIL afi "{r1}, {i2}" [ExtImm];
    "1100 0010 .... 1000 ................................" RIL agfi "{r1}, {i2}" [ExtImm];
    "1110 1100 ................................ 1101 1000" RIEd ahik "{r1}, {r3}, {i2}" [Z196];
    "1110 1100 ................................ 1101 1001" RIEd aghik "{r1}, {r3}, {i2}" [Z196];
    "0001 1011 ........" RR sr "{r1}, {r2}" [Z];
    "0101 1011 ........................" RX s "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1011" RXY sy "{r1}, {a2}" [LongDisp];
    "1011 1001 0000 1001 ................" RRE sgr "{r1}, {r2}" [Z];
    "1011 1001 0001 1001 ................" RRE sgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 1001" RXY sg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1001" RXY sgf "{r1}, {a2}" [Z];
    "1011 1001 1111 1001 ................" RRF srk "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 1001 ................" RRF sgrk "{r1}, {r2}, {r3}" [Z196];
    "0100 1011 ........................" RX sh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 1011" RXY shy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0011 1001" RXY sgh "{r1}, {a2}" [Misc2];
    "1110 1011 ................................ 0110 1010" SIY asi "{a1}, {s2}" [GenExt];
    "1110 1011 ................................ 0111 1010" SIY agsi "{a1}, {s2}" [GenExt];
    "1110 1011 ................................ 0110 1110" SIY alsi "{a1}, {s2}" [GenExt];
    "1110 1011 ................................ 0111 1110" SIY algsi "{a1}, {s2}" [GenExt];
    // ADD LOGICAL, SUBTRACT LOGICAL.
    "0001 1110 ........" RR alr "{r1}, {r2}" [Z];
    "0101 1110 ........................" RX al "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1110" RXY aly "{r1}, {a2}" [LongDisp];
    "1011 1001 0000 1010 ................" RRE algr "{r1}, {r2}" [Z];
    "1011 1001 0001 1010 ................" RRE algfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 1010" RXY alg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1010" RXY algf "{r1}, {a2}" [Z];
    "1011 1001 1111 1010 ................" RRF alrk "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 1010 ................" RRF algrk "{r1}, {r2}, {r3}" [Z196];
    "1100 0010 .... 1011 ................................" RIL alfi "{r1}, {u2}" [ExtImm];
    "1100 0010 .... 1010 ................................" RIL algfi "{r1}, {u2}" [ExtImm];
    "1110 1100 ................................ 1101 1010" RIEd alhsik "{r1}, {r3}, {i2}" [Z196];
    "1110 1100 ................................ 1101 1011" RIEd alghsik "{r1}, {r3}, {i2}" [Z196];
    "0001 1111 ........" RR slr "{r1}, {r2}" [Z];
    "0101 1111 ........................" RX sl "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1111" RXY sly "{r1}, {a2}" [LongDisp];
    "1011 1001 0000 1011 ................" RRE slgr "{r1}, {r2}" [Z];
    "1011 1001 0001 1011 ................" RRE slgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 1011" RXY slg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1011" RXY slgf "{r1}, {a2}" [Z];
    "1011 1001 1111 1011 ................" RRF slrk "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 1011 ................" RRF slgrk "{r1}, {r2}, {r3}" [Z196];
    "1100 0010 .... 0101 ................................" RIL slfi "{r1}, {u2}" [ExtImm];
    "1100 0010 .... 0100 ................................" RIL slgfi "{r1}, {u2}" [ExtImm];
    "1011 1001 1001 1000 ................" RRE alcr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1001 1000" RXY alc "{r1}, {a2}" [Z];
    "1011 1001 1000 1000 ................" RRE alcgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 1000" RXY alcg "{r1}, {a2}" [Z];
    "1011 1001 1001 1001 ................" RRE slbr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1001 1001" RXY slb "{r1}, {a2}" [Z];
    "1011 1001 1000 1001 ................" RRE slbgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 1001" RXY slbg "{r1}, {a2}" [Z];
    // High words.
    "1011 1001 1100 1000 ................" RRF ahhhr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1101 1000 ................" RRF ahhlr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1100 1001 ................" RRF shhhr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1101 1001 ................" RRF shhlr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1100 1010 ................" RRF alhhhr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1101 1010 ................" RRF alhhlr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1100 1011 ................" RRF slhhhr "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1101 1011 ................" RRF slhhlr "{r1}, {r2}, {r3}" [Z196];
    "1100 1100 .... 1000 ................................" RIL aih "{r1}, {i2}" [Z196];
    "1100 1100 .... 1010 ................................" RIL alsih "{r1}, {i2}" [Z196];
    "1100 1100 .... 1011 ................................" RIL alsihn "{r1}, {i2}" [Z196];
    "1011 1001 1100 1101 ................" RRE chhr "{r1}, {r2}" [Z196];
    "1011 1001 1101 1101 ................" RRE chlr "{r1}, {r2}" [Z196];
    "1011 1001 1100 1111 ................" RRE clhhr "{r1}, {r2}" [Z196];
    "1011 1001 1101 1111 ................" RRE clhlr "{r1}, {r2}" [Z196];
    "1110 0011 ................................ 1100 1101" RXY chf "{r1}, {a2}" [Z196];
    "1110 0011 ................................ 1100 1111" RXY clhf "{r1}, {a2}" [Z196];
    "1100 1100 .... 1101 ................................" RIL cih "{r1}, {i2}" [Z196];
    "1100 1100 .... 1111 ................................" RIL clih "{r1}, {u2}" [Z196];
    // AND, OR, EXCLUSIVE OR.
    "0001 0100 ........" RR nr "{r1}, {r2}" [Z];
    "0101 0100 ........................" RX n "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 0100" RXY ny "{r1}, {a2}" [LongDisp];
    "1011 1001 1000 0000 ................" RRE ngr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 0000" RXY ng "{r1}, {a2}" [Z];
    "1011 1001 1111 0100 ................" RRF nrk "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 0100 ................" RRF ngrk "{r1}, {r2}, {r3}" [Z196];
    "0001 0110 ........" RR or "{r1}, {r2}" [Z];
    "0101 0110 ........................" RX o "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 0110" RXY oy "{r1}, {a2}" [LongDisp];
    "1011 1001 1000 0001 ................" RRE ogr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 0001" RXY og "{r1}, {a2}" [Z];
    "1011 1001 1111 0110 ................" RRF ork "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 0110 ................" RRF ogrk "{r1}, {r2}, {r3}" [Z196];
    "0001 0111 ........" RR xr "{r1}, {r2}" [Z];
    "0101 0111 ........................" RX x "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 0111" RXY xy "{r1}, {a2}" [LongDisp];
    "1011 1001 1000 0010 ................" RRE xgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 0010" RXY xg "{r1}, {a2}" [Z];
    "1011 1001 1111 0111 ................" RRF xrk "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1110 0111 ................" RRF xgrk "{r1}, {r2}, {r3}" [Z196];
    "1011 1001 1111 0101 ................" RRF ncrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 1110 0101 ................" RRF ncgrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0111 0101 ................" RRF ocrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0110 0101 ................" RRF ocgrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0111 0100 ................" RRF nnrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0110 0100 ................" RRF nngrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0111 0110 ................" RRF nork "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0110 0110 ................" RRF nogrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0111 0111 ................" RRF nxrk "{r1}, {r2}, {r3}" [Misc3];
    "1011 1001 0110 0111 ................" RRF nxgrk "{r1}, {r2}, {r3}" [Misc3];
    "1100 0000 .... 1010 ................................" RIL nihf "{r1}, {u2}" [ExtImm];
    "1100 0000 .... 1011 ................................" RIL nilf "{r1}, {u2}" [ExtImm];
    "1010 0101 .... 0100 ................" RI nihh "{r1}, {u2}" [Z];
    "1010 0101 .... 0101 ................" RI nihl "{r1}, {u2}" [Z];
    "1010 0101 .... 0110 ................" RI nilh "{r1}, {u2}" [Z];
    "1010 0101 .... 0111 ................" RI nill "{r1}, {u2}" [Z];
    "1100 0000 .... 1100 ................................" RIL oihf "{r1}, {u2}" [ExtImm];
    "1100 0000 .... 1101 ................................" RIL oilf "{r1}, {u2}" [ExtImm];
    "1010 0101 .... 1000 ................" RI oihh "{r1}, {u2}" [Z];
    "1010 0101 .... 1001 ................" RI oihl "{r1}, {u2}" [Z];
    "1010 0101 .... 1010 ................" RI oilh "{r1}, {u2}" [Z];
    "1010 0101 .... 1011 ................" RI oill "{r1}, {u2}" [Z];
    "1100 0000 .... 0110 ................................" RIL xihf "{r1}, {u2}" [ExtImm];
    "1100 0000 .... 0111 ................................" RIL xilf "{r1}, {u2}" [ExtImm];
    "1001 0100 ........................" SI ni "{a1}, {i2}" [Z];
    "1110 1011 ................................ 0101 0100" SIY niy "{a1}, {i2}" [LongDisp];
    "1001 0110 ........................" SI oi "{a1}, {i2}" [Z];
    "1110 1011 ................................ 0101 0110" SIY oiy "{a1}, {i2}" [LongDisp];
    "1001 0111 ........................" SI xi "{a1}, {i2}" [Z];
    "1110 1011 ................................ 0101 0111" SIY xiy "{a1}, {i2}" [LongDisp];
    // COMPARE.
    "0001 1001 ........" RR cr "{r1}, {r2}" [Z];
    "0101 1001 ........................" RX c "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1001" RXY cy "{r1}, {a2}" [LongDisp];
    "1011 1001 0010 0000 ................" RRE cgr "{r1}, {r2}" [Z];
    "1011 1001 0011 0000 ................" RRE cgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0010 0000" RXY cg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0011 0000" RXY cgf "{r1}, {a2}" [Z];
    "0100 1001 ........................" RX ch "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 1001" RXY chy "{r1}, {a2}" [LongDisp];
    "1110 0011 ................................ 0011 0100" RXY cgh "{r1}, {a2}" [GenExt];
    "1010 0111 .... 1110 ................" RI chi "{r1}, {i2}" [Z];
    "1010 0111 .... 1111 ................" RI cghi "{r1}, {i2}" [Z];
    "1100 0010 .... 1101 ................................" RIL cfi "{r1}, {i2}" [ExtImm];
    "1100 0010 .... 1100 ................................" RIL cgfi "{r1}, {i2}" [ExtImm];
    "1110 0101 0101 0100 ................................" SIL chhsi "{a1}, {i2}" [GenExt];
    "1110 0101 0101 1100 ................................" SIL chsi "{a1}, {i2}" [GenExt];
    "1110 0101 0101 1000 ................................" SIL cghsi "{a1}, {i2}" [GenExt];
    "1100 0110 .... 1101 ................................" RIL crl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 1000 ................................" RIL cgrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 1100 ................................" RIL cgfrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 0101 ................................" RIL chrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 0100 ................................" RIL cghrl "{r1}, {t2}" [GenExt];
    // COMPARE LOGICAL.
    "0001 0101 ........" RR clr "{r1}, {r2}" [Z];
    "0101 0101 ........................" RX cl "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 0101" RXY cly "{r1}, {a2}" [LongDisp];
    "1011 1001 0010 0001 ................" RRE clgr "{r1}, {r2}" [Z];
    "1011 1001 0011 0001 ................" RRE clgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0010 0001" RXY clg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0011 0001" RXY clgf "{r1}, {a2}" [Z];
    "1100 0010 .... 1111 ................................" RIL clfi "{r1}, {u2}" [ExtImm];
    "1100 0010 .... 1110 ................................" RIL clgfi "{r1}, {u2}" [ExtImm];
    "1001 0101 ........................" SI cli "{a1}, {i2}" [Z];
    "1110 1011 ................................ 0101 0101" SIY cliy "{a1}, {i2}" [LongDisp];
    "1110 0101 0101 0101 ................................" SIL clhhsi "{a1}, {u2}" [GenExt];
    "1110 0101 0101 1101 ................................" SIL clfhsi "{a1}, {u2}" [GenExt];
    "1110 0101 0101 1001 ................................" SIL clghsi "{a1}, {u2}" [GenExt];
    "1100 0110 .... 1111 ................................" RIL clrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 1010 ................................" RIL clgrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 1110 ................................" RIL clgfrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 0111 ................................" RIL clhrl "{r1}, {t2}" [GenExt];
    "1100 0110 .... 0110 ................................" RIL clghrl "{r1}, {t2}" [GenExt];
    "1011 1101 ........................" RS clm "{r1}, {m3}, {a2}" [Z];
    "1110 1011 ................................ 0010 0001" RSY clmy "{r1}, {m3}, {a2}" [LongDisp];
    "1110 1011 ................................ 0010 0000" RSY clmh "{r1}, {m3}, {a2}" [Z];
    // TEST UNDER MASK.
    "1001 0001 ........................" SI tm "{a1}, {i2}" [Z];
    "1110 1011 ................................ 0101 0001" SIY tmy "{a1}, {i2}" [LongDisp];
    "1010 0111 .... 0010 ................" RI tmhh "{r1}, {u2}" [Z];
    "1010 0111 .... 0011 ................" RI tmhl "{r1}, {u2}" [Z];
    "1010 0111 .... 0000 ................" RI tmlh "{r1}, {u2}" [Z];
    "1010 0111 .... 0001 ................" RI tmll "{r1}, {u2}" [Z];
    // LOAD AND ADD, AND, EXCLUSIVE OR, OR.
    "1110 1011 ................................ 1111 1000" RSY laa "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1110 1000" RSY laag "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1111 1010" RSY laal "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1110 1010" RSY laalg "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1111 0100" RSY lan "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1110 0100" RSY lang "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1111 0111" RSY lax "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1110 0111" RSY laxg "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1111 0110" RSY lao "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1110 0110" RSY laog "{r1}, {r3}, {a2}" [Z196];
    // MULTIPLY.
    "0001 1100 ........" RR mr "{r1}, {r2}" [Z];
    "0101 1100 ........................" RX m "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 1100" RXY mfy "{r1}, {a2}" [GenExt];
    "0100 1100 ........................" RX mh "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0111 1100" RXY mhy "{r1}, {a2}" [GenExt];
    "1010 0111 .... 1100 ................" RI mhi "{r1}, {i2}" [Z];
    "1010 0111 .... 1101 ................" RI mghi "{r1}, {i2}" [Z];
    "1110 0011 ................................ 0011 1100" RXY mgh "{r1}, {a2}" [Misc2];
    "1011 0010 0101 0010 ................" RRE msr "{r1}, {r2}" [Z];
    "0111 0001 ........................" RX ms "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0101 0001" RXY msy "{r1}, {a2}" [LongDisp];
    "1011 1001 0000 1100 ................" RRE msgr "{r1}, {r2}" [Z];
    "1011 1001 0001 1100 ................" RRE msgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 1100" RXY msg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1100" RXY msgf "{r1}, {a2}" [Z];
    "1100 0010 .... 0001 ................................" RIL msfi "{r1}, {i2}" [GenExt];
    "1100 0010 .... 0000 ................................" RIL msgfi "{r1}, {i2}" [GenExt];
    "1011 1001 1111 1101 ................" RRF msrkc "{r1}, {r2}, {r3}" [Misc2];
    "1110 0011 ................................ 0101 0011" RXY msc "{r1}, {a2}" [Misc2];
    "1011 1001 1110 1101 ................" RRF msgrkc "{r1}, {r2}, {r3}" [Misc2];
    "1110 0011 ................................ 1000 0011" RXY msgc "{r1}, {a2}" [Misc2];
    "1011 1001 1001 0110 ................" RRE mlr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1001 0110" RXY ml "{r1}, {a2}" [Z];
    "1011 1001 1000 0110 ................" RRE mlgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 0110" RXY mlg "{r1}, {a2}" [Z];
    "1011 1001 1110 1100 ................" RRF mgrk "{r1}, {r2}, {r3}" [Misc2];
    "1110 0011 ................................ 1000 0100" RXY mg "{r1}, {a2}" [Misc2];
    // DIVIDE.
    "0001 1101 ........" RR dr "{r1}, {r2}" [Z];
    "0101 1101 ........................" RX d "{r1}, {a2}" [Z];
    "1011 1001 1001 0111 ................" RRE dlr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1001 0111" RXY dl "{r1}, {a2}" [Z];
    "1011 1001 1000 0111 ................" RRE dlgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 1000 0111" RXY dlg "{r1}, {a2}" [Z];
    "1011 1001 0000 1101 ................" RRE dsgr "{r1}, {r2}" [Z];
    "1011 1001 0001 1101 ................" RRE dsgfr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0000 1101" RXY dsg "{r1}, {a2}" [Z];
    "1110 0011 ................................ 0001 1101" RXY dsgf "{r1}, {a2}" [Z];
    // FIND LEFTMOST ONE, POPULATION COUNT.
    "1011 1001 1000 0011 ................" RRE flogr "{r1}, {r2}" [ExtImm];
    "1011 1001 1110 0001 ................" RRF popcnt "{r1}, {r2}, {m3}" [Z196];
}

lifts! { l, f;
    // ADD, SUBTRACT.
    ar(RR) { add_w(l, f.r1, l.ws(f.r1), l.ws(f.r2)); Next }
    a(RX) { add_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2)); Next }
    ay(RXY) { add_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2)); Next }
    agr(RRE) { add_g(l, f.r1, l.g(f.r1), l.g(f.r2)); Next }
    agfr(RRE) { add_g(l, f.r1, l.g(f.r1), l.ws(f.r2)); Next }
    ag(RXY) { add_g(l, f.r1, l.g(f.r1), l.m64(f.a2)); Next }
    agf(RXY) { add_g(l, f.r1, l.g(f.r1), l.m32s(f.a2)); Next }
    ark(RRF) { add_w(l, f.r1, l.ws(f.r2), l.ws(f.r3)); Next }
    agrk(RRF) { add_g(l, f.r1, l.g(f.r2), l.g(f.r3)); Next }
    ah(RX) { add_w(l, f.r1, l.ws(f.r1), l.m16(f.a2)); Next }
    ahy(RXY) { add_w(l, f.r1, l.ws(f.r1), l.m16(f.a2)); Next }
    agh(RXY) { add_g(l, f.r1, l.g(f.r1), l.m16(f.a2)); Next }
    ahi(RI) { add_w(l, f.r1, l.ws(f.r1), l.k(f.i2)); Next }
    aghi(RI) { add_g(l, f.r1, l.g(f.r1), l.k(f.i2)); Next }
    afi(RIL) { add_w(l, f.r1, l.ws(f.r1), l.k(f.i2)); Next }
    agfi(RIL) { add_g(l, f.r1, l.g(f.r1), l.k(f.i2)); Next }
    ahik(RIEd) { add_w(l, f.r1, l.ws(f.r3), l.k(f.i2)); Next }
    aghik(RIEd) { add_g(l, f.r1, l.g(f.r3), l.k(f.i2)); Next }
    sr(RR) { sub_w(l, f.r1, l.ws(f.r1), l.ws(f.r2)); Next }
    s(RX) { sub_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2)); Next }
    sy(RXY) { sub_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2)); Next }
    sgr(RRE) { sub_g(l, f.r1, l.g(f.r1), l.g(f.r2)); Next }
    sgfr(RRE) { sub_g(l, f.r1, l.g(f.r1), l.ws(f.r2)); Next }
    sg(RXY) { sub_g(l, f.r1, l.g(f.r1), l.m64(f.a2)); Next }
    sgf(RXY) { sub_g(l, f.r1, l.g(f.r1), l.m32s(f.a2)); Next }
    srk(RRF) { sub_w(l, f.r1, l.ws(f.r2), l.ws(f.r3)); Next }
    sgrk(RRF) { sub_g(l, f.r1, l.g(f.r2), l.g(f.r3)); Next }
    sh(RX) { sub_w(l, f.r1, l.ws(f.r1), l.m16(f.a2)); Next }
    shy(RXY) { sub_w(l, f.r1, l.ws(f.r1), l.m16(f.a2)); Next }
    sgh(RXY) { sub_g(l, f.r1, l.g(f.r1), l.m16(f.a2)); Next }
    asi(SIY) { add_si_w(l, f); Next }
    agsi(SIY) { add_si_g(l, f); Next }
    alsi(SIY) { addl_si_w(l, f); Next }
    algsi(SIY) { addl_si_g(l, f); Next }
    // ADD LOGICAL, SUBTRACT LOGICAL.
    alr(RR) { addl_w(l, f.r1, l.wz(f.r1), l.wz(f.r2)); Next }
    al(RX) { addl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2)); Next }
    aly(RXY) { addl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2)); Next }
    algr(RRE) { addl_g(l, f.r1, l.g(f.r1), l.g(f.r2)); Next }
    algfr(RRE) { addl_g(l, f.r1, l.g(f.r1), l.wz(f.r2)); Next }
    alg(RXY) { addl_g(l, f.r1, l.g(f.r1), l.m64(f.a2)); Next }
    algf(RXY) { addl_g(l, f.r1, l.g(f.r1), l.m32z(f.a2)); Next }
    alrk(RRF) { addl_w(l, f.r1, l.wz(f.r2), l.wz(f.r3)); Next }
    algrk(RRF) { addl_g(l, f.r1, l.g(f.r2), l.g(f.r3)); Next }
    alfi(RIL) { addl_w(l, f.r1, l.wz(f.r1), l.k(f.u2 as i64)); Next }
    algfi(RIL) { addl_g(l, f.r1, l.g(f.r1), l.k(f.u2 as i64)); Next }
    alhsik(RIEd) { addl_w(l, f.r1, l.wz(f.r3), l.k(f.i2 & 0xffff_ffff)); Next }
    alghsik(RIEd) { addl_g(l, f.r1, l.g(f.r3), l.k(f.i2)); Next }
    slr(RR) { subl_w(l, f.r1, l.wz(f.r1), l.wz(f.r2)); Next }
    sl(RX) { subl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2)); Next }
    sly(RXY) { subl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2)); Next }
    slgr(RRE) { subl_g(l, f.r1, l.g(f.r1), l.g(f.r2)); Next }
    slgfr(RRE) { subl_g(l, f.r1, l.g(f.r1), l.wz(f.r2)); Next }
    slg(RXY) { subl_g(l, f.r1, l.g(f.r1), l.m64(f.a2)); Next }
    slgf(RXY) { subl_g(l, f.r1, l.g(f.r1), l.m32z(f.a2)); Next }
    slrk(RRF) { subl_w(l, f.r1, l.wz(f.r2), l.wz(f.r3)); Next }
    slgrk(RRF) { subl_g(l, f.r1, l.g(f.r2), l.g(f.r3)); Next }
    slfi(RIL) { subl_w(l, f.r1, l.wz(f.r1), l.k(f.u2 as i64)); Next }
    slgfi(RIL) { subl_g(l, f.r1, l.g(f.r1), l.k(f.u2 as i64)); Next }
    alcr(RRE) { addc_w(l, f.r1, l.wz(f.r2)); Next }
    alc(RXY) { addc_w(l, f.r1, l.m32z(f.a2)); Next }
    alcgr(RRE) { addc_g(l, f.r1, l.g(f.r2)); Next }
    alcg(RXY) { addc_g(l, f.r1, l.m64(f.a2)); Next }
    slbr(RRE) { addc_w(l, f.r1, l.wz(f.r2) ^ l.k(0xffff_ffff)); Next }
    slb(RXY) { addc_w(l, f.r1, l.m32z(f.a2) ^ l.k(0xffff_ffff)); Next }
    slbgr(RRE) { addc_g(l, f.r1, !l.g(f.r2)); Next }
    slbg(RXY) { addc_g(l, f.r1, !l.m64(f.a2)); Next }
    // High words.
    ahhhr(RRF) { add_h(l, f.r1, hs(l, f.r2), hs(l, f.r3)); Next }
    ahhlr(RRF) { add_h(l, f.r1, hs(l, f.r2), l.ws(f.r3)); Next }
    shhhr(RRF) { sub_h(l, f.r1, hs(l, f.r2), hs(l, f.r3)); Next }
    shhlr(RRF) { sub_h(l, f.r1, hs(l, f.r2), l.ws(f.r3)); Next }
    alhhhr(RRF) { addl_h(l, f.r1, hz(l, f.r2), hz(l, f.r3)); Next }
    alhhlr(RRF) { addl_h(l, f.r1, hz(l, f.r2), l.wz(f.r3)); Next }
    slhhhr(RRF) { subl_h(l, f.r1, hz(l, f.r2), hz(l, f.r3)); Next }
    slhhlr(RRF) { subl_h(l, f.r1, hz(l, f.r2), l.wz(f.r3)); Next }
    aih(RIL) { add_h(l, f.r1, hs(l, f.r1), l.k(f.i2)); Next }
    alsih(RIL) { addl_h(l, f.r1, hz(l, f.r1), l.k(f.i2 & 0xffff_ffff)); Next }
    alsihn(RIL) { l.set_h(f.r1, (hz(l, f.r1) + l.k(f.i2 & 0xffff_ffff)) & l.k(0xffff_ffff)); Next }
    chhr(RRE) { l.cc2(Kind::Signed, hs(l, f.r1), hs(l, f.r2)); Next }
    chlr(RRE) { l.cc2(Kind::Signed, hs(l, f.r1), l.ws(f.r2)); Next }
    clhhr(RRE) { l.cc2(Kind::Unsigned, hz(l, f.r1), hz(l, f.r2)); Next }
    clhlr(RRE) { l.cc2(Kind::Unsigned, hz(l, f.r1), l.wz(f.r2)); Next }
    chf(RXY) { l.cc2(Kind::Signed, hs(l, f.r1), l.m32s(f.a2)); Next }
    clhf(RXY) { l.cc2(Kind::Unsigned, hz(l, f.r1), l.m32z(f.a2)); Next }
    cih(RIL) { l.cc2(Kind::Signed, hs(l, f.r1), l.k(f.i2)); Next }
    clih(RIL) { l.cc2(Kind::Unsigned, hz(l, f.r1), l.k(f.u2 as i64)); Next }
    // AND, OR, EXCLUSIVE OR.
    nr(RR) { bit_w(l, f.r1, l.wz(f.r1) & l.wz(f.r2)); Next }
    n(RX) { bit_w(l, f.r1, l.wz(f.r1) & l.m32z(f.a2)); Next }
    ny(RXY) { bit_w(l, f.r1, l.wz(f.r1) & l.m32z(f.a2)); Next }
    ngr(RRE) { bit_g(l, f.r1, l.g(f.r1) & l.g(f.r2)); Next }
    ng(RXY) { bit_g(l, f.r1, l.g(f.r1) & l.m64(f.a2)); Next }
    nrk(RRF) { bit_w(l, f.r1, l.wz(f.r2) & l.wz(f.r3)); Next }
    ngrk(RRF) { bit_g(l, f.r1, l.g(f.r2) & l.g(f.r3)); Next }
    or(RR) { bit_w(l, f.r1, l.wz(f.r1) | l.wz(f.r2)); Next }
    o(RX) { bit_w(l, f.r1, l.wz(f.r1) | l.m32z(f.a2)); Next }
    oy(RXY) { bit_w(l, f.r1, l.wz(f.r1) | l.m32z(f.a2)); Next }
    ogr(RRE) { bit_g(l, f.r1, l.g(f.r1) | l.g(f.r2)); Next }
    og(RXY) { bit_g(l, f.r1, l.g(f.r1) | l.m64(f.a2)); Next }
    ork(RRF) { bit_w(l, f.r1, l.wz(f.r2) | l.wz(f.r3)); Next }
    ogrk(RRF) { bit_g(l, f.r1, l.g(f.r2) | l.g(f.r3)); Next }
    xr(RR) { bit_w(l, f.r1, l.wz(f.r1) ^ l.wz(f.r2)); Next }
    x(RX) { bit_w(l, f.r1, l.wz(f.r1) ^ l.m32z(f.a2)); Next }
    xy(RXY) { bit_w(l, f.r1, l.wz(f.r1) ^ l.m32z(f.a2)); Next }
    xgr(RRE) { bit_g(l, f.r1, l.g(f.r1) ^ l.g(f.r2)); Next }
    xg(RXY) { bit_g(l, f.r1, l.g(f.r1) ^ l.m64(f.a2)); Next }
    xrk(RRF) { bit_w(l, f.r1, l.wz(f.r2) ^ l.wz(f.r3)); Next }
    xgrk(RRF) { bit_g(l, f.r1, l.g(f.r2) ^ l.g(f.r3)); Next }
    ncrk(RRF) { bit_w(l, f.r1, l.wz(f.r2) & !l.wz(f.r3)); Next }
    ncgrk(RRF) { bit_g(l, f.r1, l.g(f.r2) & !l.g(f.r3)); Next }
    ocrk(RRF) { bit_w(l, f.r1, l.wz(f.r2) | (l.wz(f.r3) ^ l.k(0xffff_ffff))); Next }
    ocgrk(RRF) { bit_g(l, f.r1, l.g(f.r2) | !l.g(f.r3)); Next }
    nnrk(RRF) { bit_w(l, f.r1, (l.wz(f.r2) & l.wz(f.r3)) ^ l.k(0xffff_ffff)); Next }
    nngrk(RRF) { bit_g(l, f.r1, !(l.g(f.r2) & l.g(f.r3))); Next }
    nork(RRF) { bit_w(l, f.r1, (l.wz(f.r2) | l.wz(f.r3)) ^ l.k(0xffff_ffff)); Next }
    nogrk(RRF) { bit_g(l, f.r1, !(l.g(f.r2) | l.g(f.r3))); Next }
    nxrk(RRF) { bit_w(l, f.r1, l.wz(f.r2) ^ l.wz(f.r3) ^ l.k(0xffff_ffff)); Next }
    nxgrk(RRF) { bit_g(l, f.r1, !(l.g(f.r2) ^ l.g(f.r3))); Next }
    nihf(RIL) { and_part(l, f.r1, 32, 32, f.u2); Next }
    nilf(RIL) { and_part(l, f.r1, 0, 32, f.u2); Next }
    nihh(RI) { and_part(l, f.r1, 48, 16, f.u2); Next }
    nihl(RI) { and_part(l, f.r1, 32, 16, f.u2); Next }
    nilh(RI) { and_part(l, f.r1, 16, 16, f.u2); Next }
    nill(RI) { and_part(l, f.r1, 0, 16, f.u2); Next }
    oihf(RIL) { or_part(l, f.r1, 32, 32, f.u2); Next }
    oilf(RIL) { or_part(l, f.r1, 0, 32, f.u2); Next }
    oihh(RI) { or_part(l, f.r1, 48, 16, f.u2); Next }
    oihl(RI) { or_part(l, f.r1, 32, 16, f.u2); Next }
    oilh(RI) { or_part(l, f.r1, 16, 16, f.u2); Next }
    oill(RI) { or_part(l, f.r1, 0, 16, f.u2); Next }
    xihf(RIL) { xor_part(l, f.r1, 32, f.u2); Next }
    xilf(RIL) { xor_part(l, f.r1, 0, f.u2); Next }
    ni(SI) { bit_si(l, l.addr(f.a1), RmwOp::And, f.i2); Next }
    niy(SIY) { bit_si(l, l.addr(f.a1), RmwOp::And, f.i2); Next }
    oi(SI) { bit_si(l, l.addr(f.a1), RmwOp::Or, f.i2); Next }
    oiy(SIY) { bit_si(l, l.addr(f.a1), RmwOp::Or, f.i2); Next }
    xi(SI) { bit_si(l, l.addr(f.a1), RmwOp::Xor, f.i2); Next }
    xiy(SIY) { bit_si(l, l.addr(f.a1), RmwOp::Xor, f.i2); Next }
    // COMPARE.
    cr(RR) { l.cc2(Kind::Signed, l.ws(f.r1), l.ws(f.r2)); Next }
    c(RX) { l.cc2(Kind::Signed, l.ws(f.r1), l.m32s(f.a2)); Next }
    cy(RXY) { l.cc2(Kind::Signed, l.ws(f.r1), l.m32s(f.a2)); Next }
    cgr(RRE) { l.cc2(Kind::Signed, l.g(f.r1), l.g(f.r2)); Next }
    cgfr(RRE) { l.cc2(Kind::Signed, l.g(f.r1), l.ws(f.r2)); Next }
    cg(RXY) { l.cc2(Kind::Signed, l.g(f.r1), l.m64(f.a2)); Next }
    cgf(RXY) { l.cc2(Kind::Signed, l.g(f.r1), l.m32s(f.a2)); Next }
    ch(RX) { l.cc2(Kind::Signed, l.ws(f.r1), l.m16(f.a2)); Next }
    chy(RXY) { l.cc2(Kind::Signed, l.ws(f.r1), l.m16(f.a2)); Next }
    cgh(RXY) { l.cc2(Kind::Signed, l.g(f.r1), l.m16(f.a2)); Next }
    chi(RI) { l.cc2(Kind::Signed, l.ws(f.r1), l.k(f.i2)); Next }
    cghi(RI) { l.cc2(Kind::Signed, l.g(f.r1), l.k(f.i2)); Next }
    cfi(RIL) { l.cc2(Kind::Signed, l.ws(f.r1), l.k(f.i2)); Next }
    cgfi(RIL) { l.cc2(Kind::Signed, l.g(f.r1), l.k(f.i2)); Next }
    chhsi(SIL) { l.cc2(Kind::Signed, l.m16(f.a1), l.k(f.i2)); Next }
    chsi(SIL) { l.cc2(Kind::Signed, l.m32s(f.a1), l.k(f.i2)); Next }
    cghsi(SIL) { l.cc2(Kind::Signed, l.m64(f.a1), l.k(f.i2)); Next }
    crl(RIL) { l.cc2(Kind::Signed, l.ws(f.r1), rel(l, f.t2, Width::W32).sext(Width::W64)); Next }
    cgrl(RIL) { l.cc2(Kind::Signed, l.g(f.r1), rel(l, f.t2, Width::W64)); Next }
    cgfrl(RIL) { l.cc2(Kind::Signed, l.g(f.r1), rel(l, f.t2, Width::W32).sext(Width::W64)); Next }
    chrl(RIL) { l.cc2(Kind::Signed, l.ws(f.r1), rel(l, f.t2, Width::W16).sext(Width::W64)); Next }
    cghrl(RIL) { l.cc2(Kind::Signed, l.g(f.r1), rel(l, f.t2, Width::W16).sext(Width::W64)); Next }
    // COMPARE LOGICAL.
    clr(RR) { l.cc2(Kind::Unsigned, l.wz(f.r1), l.wz(f.r2)); Next }
    cl(RX) { l.cc2(Kind::Unsigned, l.wz(f.r1), l.m32z(f.a2)); Next }
    cly(RXY) { l.cc2(Kind::Unsigned, l.wz(f.r1), l.m32z(f.a2)); Next }
    clgr(RRE) { l.cc2(Kind::Unsigned, l.g(f.r1), l.g(f.r2)); Next }
    clgfr(RRE) { l.cc2(Kind::Unsigned, l.g(f.r1), l.wz(f.r2)); Next }
    clg(RXY) { l.cc2(Kind::Unsigned, l.g(f.r1), l.m64(f.a2)); Next }
    clgf(RXY) { l.cc2(Kind::Unsigned, l.g(f.r1), l.m32z(f.a2)); Next }
    clfi(RIL) { l.cc2(Kind::Unsigned, l.wz(f.r1), l.k(f.u2 as i64)); Next }
    clgfi(RIL) { l.cc2(Kind::Unsigned, l.g(f.r1), l.k(f.u2 as i64)); Next }
    cli(SI) { l.cc2(Kind::Unsigned, l.load(l.addr(f.a1), Width::W8).zext(Width::W64), l.k(f.i2 as i64)); Next }
    cliy(SIY) { l.cc2(Kind::Unsigned, l.load(l.addr(f.a1), Width::W8).zext(Width::W64), l.k(f.i2 as i64)); Next }
    clhhsi(SIL) { l.cc2(Kind::Unsigned, l.load(l.addr(f.a1), Width::W16).zext(Width::W64), l.k(f.u2 as i64)); Next }
    clfhsi(SIL) { l.cc2(Kind::Unsigned, l.m32z(f.a1), l.k(f.u2 as i64)); Next }
    clghsi(SIL) { l.cc2(Kind::Unsigned, l.m64(f.a1), l.k(f.u2 as i64)); Next }
    clrl(RIL) { l.cc2(Kind::Unsigned, l.wz(f.r1), rel(l, f.t2, Width::W32).zext(Width::W64)); Next }
    clgrl(RIL) { l.cc2(Kind::Unsigned, l.g(f.r1), rel(l, f.t2, Width::W64)); Next }
    clgfrl(RIL) { l.cc2(Kind::Unsigned, l.g(f.r1), rel(l, f.t2, Width::W32).zext(Width::W64)); Next }
    clhrl(RIL) { l.cc2(Kind::Unsigned, l.wz(f.r1), rel(l, f.t2, Width::W16).zext(Width::W64)); Next }
    clghrl(RIL) { l.cc2(Kind::Unsigned, l.g(f.r1), rel(l, f.t2, Width::W16).zext(Width::W64)); Next }
    clm(RS) { clm_of(l, f.r1, f.m3, 0, l.addr(f.a2)) }
    clmy(RSY) { clm_of(l, f.r1, f.m3, 0, l.addr(f.a2)) }
    clmh(RSY) { clm_of(l, f.r1, f.m3, 32, l.addr(f.a2)) }
    // TEST UNDER MASK.
    tm(SI) { tm_byte(l, l.addr(f.a1), f.i2); Next }
    tmy(SIY) { tm_byte(l, l.addr(f.a1), f.i2); Next }
    tmhh(RI) { tm_part(l, f.r1, 48, f.u2); Next }
    tmhl(RI) { tm_part(l, f.r1, 32, f.u2); Next }
    tmlh(RI) { tm_part(l, f.r1, 16, f.u2); Next }
    tmll(RI) { tm_part(l, f.r1, 0, f.u2); Next }
    // LOAD AND ADD, AND, EXCLUSIVE OR, OR.
    laa(RSY) { load_and(l, f, RmwOp::Add, Width::W32, Atomic::Signed); Next }
    laag(RSY) { load_and(l, f, RmwOp::Add, Width::W64, Atomic::Signed); Next }
    laal(RSY) { load_and(l, f, RmwOp::Add, Width::W32, Atomic::Logical); Next }
    laalg(RSY) { load_and(l, f, RmwOp::Add, Width::W64, Atomic::Logical); Next }
    lan(RSY) { load_and(l, f, RmwOp::And, Width::W32, Atomic::Bits); Next }
    lang(RSY) { load_and(l, f, RmwOp::And, Width::W64, Atomic::Bits); Next }
    lax(RSY) { load_and(l, f, RmwOp::Xor, Width::W32, Atomic::Bits); Next }
    laxg(RSY) { load_and(l, f, RmwOp::Xor, Width::W64, Atomic::Bits); Next }
    lao(RSY) { load_and(l, f, RmwOp::Or, Width::W32, Atomic::Bits); Next }
    laog(RSY) { load_and(l, f, RmwOp::Or, Width::W64, Atomic::Bits); Next }
    // MULTIPLY.
    mr(RR) { mul_pair_s(l, f.r1, f.r2, |l, n| l.ws(n)) }
    m(RX) { mul_pair_m(l, f.r1, |l| l.m32s(f.a2)) }
    mfy(RXY) { mul_pair_m(l, f.r1, |l| l.m32s(f.a2)) }
    mh(RX) { l.set_w(f.r1, l.ws(f.r1) * l.m16(f.a2)); Next }
    mhy(RXY) { l.set_w(f.r1, l.ws(f.r1) * l.m16(f.a2)); Next }
    mhi(RI) { l.set_w(f.r1, l.ws(f.r1) * l.k(f.i2)); Next }
    mghi(RI) { l.set_g(f.r1, l.g(f.r1) * l.k(f.i2)); Next }
    mgh(RXY) { l.set_g(f.r1, l.g(f.r1) * l.m16(f.a2)); Next }
    msr(RRE) { l.set_w(f.r1, l.ws(f.r1) * l.ws(f.r2)); Next }
    ms(RX) { l.set_w(f.r1, l.ws(f.r1) * l.m32s(f.a2)); Next }
    msy(RXY) { l.set_w(f.r1, l.ws(f.r1) * l.m32s(f.a2)); Next }
    msgr(RRE) { l.set_g(f.r1, l.g(f.r1) * l.g(f.r2)); Next }
    msgfr(RRE) { l.set_g(f.r1, l.g(f.r1) * l.ws(f.r2)); Next }
    msg(RXY) { l.set_g(f.r1, l.g(f.r1) * l.m64(f.a2)); Next }
    msgf(RXY) { l.set_g(f.r1, l.g(f.r1) * l.m32s(f.a2)); Next }
    msfi(RIL) { l.set_w(f.r1, l.ws(f.r1) * l.k(f.i2)); Next }
    msgfi(RIL) { l.set_g(f.r1, l.g(f.r1) * l.k(f.i2)); Next }
    msrkc(RRF) { mul_cc_w(l, f.r1, l.ws(f.r2), l.ws(f.r3)); Next }
    msc(RXY) { mul_cc_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2)); Next }
    msgrkc(RRF) { mul_cc_g(l, f.r1, l.g(f.r2), l.g(f.r3)); Next }
    msgc(RXY) { mul_cc_g(l, f.r1, l.g(f.r1), l.m64(f.a2)); Next }
    mlr(RRE) { mul_pair_u(l, f.r1, |l| l.wz(f.r2)) }
    ml(RXY) { mul_pair_u(l, f.r1, |l| l.m32z(f.a2)) }
    mlgr(RRE) { mul_wide(l, f.r1, |l| (l.g(f.r1 | 1), l.g(f.r2)), false) }
    mlg(RXY) { mul_wide(l, f.r1, |l| (l.g(f.r1 | 1), l.m64(f.a2)), false) }
    mgrk(RRF) { mul_wide(l, f.r1, |l| (l.g(f.r2), l.g(f.r3)), true) }
    mg(RXY) { mul_wide(l, f.r1, |l| (l.g(f.r1 | 1), l.m64(f.a2)), true) }
    // DIVIDE.
    dr(RR) { divide(l, f.r1, helper::DIVIDE, |l| l.ws(f.r2)) }
    d(RX) { divide(l, f.r1, helper::DIVIDE, |l| l.m32s(f.a2)) }
    dlr(RRE) { divide(l, f.r1, helper::DIVIDE_LOGICAL, |l| l.wz(f.r2)) }
    dl(RXY) { divide(l, f.r1, helper::DIVIDE_LOGICAL, |l| l.m32z(f.a2)) }
    dlgr(RRE) { divide(l, f.r1, helper::DIVIDE_LOGICAL_LONG, |l| l.g(f.r2)) }
    dlg(RXY) { divide(l, f.r1, helper::DIVIDE_LOGICAL_LONG, |l| l.m64(f.a2)) }
    dsgr(RRE) { divide_single(l, f.r1, |l| l.g(f.r2)) }
    dsgfr(RRE) { divide_single(l, f.r1, |l| l.ws(f.r2)) }
    dsg(RXY) { divide_single(l, f.r1, |l| l.m64(f.a2)) }
    dsgf(RXY) { divide_single(l, f.r1, |l| l.m32s(f.a2)) }
    // FIND LEFTMOST ONE, POPULATION COUNT.
    flogr(RRE) { find_leftmost(l, f.r1, f.r2) }
    popcnt(RRF) { popcount(l, f); Next }
}

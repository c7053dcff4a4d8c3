//! General instructions: arithmetic, logic, comparison.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, RmwOp, Width};

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{RI, RIEd, RIL, RR, RRE, RRF, RS, RSY, RX, RXY, SI, SIL, SIY};
use crate::helper;
use crate::lift::{Lift, V};
use crate::trap::code;

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

fn ar(l: &Lift, f: RR) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.ws(f.r2));
    Next
}

fn a(l: &Lift, f: RX) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn ay(l: &Lift, f: RXY) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn agr(l: &Lift, f: RRE) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.g(f.r2));
    Next
}

fn agfr(l: &Lift, f: RRE) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.ws(f.r2));
    Next
}

fn ag(l: &Lift, f: RXY) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.m64(f.a2));
    Next
}

fn agf(l: &Lift, f: RXY) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.m32s(f.a2));
    Next
}

fn ark(l: &Lift, f: RRF) -> Flow {
    add_w(l, f.r1, l.ws(f.r2), l.ws(f.r3));
    Next
}

fn agrk(l: &Lift, f: RRF) -> Flow {
    add_g(l, f.r1, l.g(f.r2), l.g(f.r3));
    Next
}

fn ah(l: &Lift, f: RX) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.m16(f.a2));
    Next
}

fn ahy(l: &Lift, f: RXY) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.m16(f.a2));
    Next
}

fn agh(l: &Lift, f: RXY) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.m16(f.a2));
    Next
}

fn ahi(l: &Lift, f: RI) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.k(f.i2));
    Next
}

fn aghi(l: &Lift, f: RI) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.k(f.i2));
    Next
}

fn afi(l: &Lift, f: RIL) -> Flow {
    add_w(l, f.r1, l.ws(f.r1), l.k(f.i2));
    Next
}

fn agfi(l: &Lift, f: RIL) -> Flow {
    add_g(l, f.r1, l.g(f.r1), l.k(f.i2));
    Next
}

fn ahik(l: &Lift, f: RIEd) -> Flow {
    add_w(l, f.r1, l.ws(f.r3), l.k(f.i2));
    Next
}

fn aghik(l: &Lift, f: RIEd) -> Flow {
    add_g(l, f.r1, l.g(f.r3), l.k(f.i2));
    Next
}

fn sr(l: &Lift, f: RR) -> Flow {
    sub_w(l, f.r1, l.ws(f.r1), l.ws(f.r2));
    Next
}

fn s(l: &Lift, f: RX) -> Flow {
    sub_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn sy(l: &Lift, f: RXY) -> Flow {
    sub_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn sgr(l: &Lift, f: RRE) -> Flow {
    sub_g(l, f.r1, l.g(f.r1), l.g(f.r2));
    Next
}

fn sgfr(l: &Lift, f: RRE) -> Flow {
    sub_g(l, f.r1, l.g(f.r1), l.ws(f.r2));
    Next
}

fn sg(l: &Lift, f: RXY) -> Flow {
    sub_g(l, f.r1, l.g(f.r1), l.m64(f.a2));
    Next
}

fn sgf(l: &Lift, f: RXY) -> Flow {
    sub_g(l, f.r1, l.g(f.r1), l.m32s(f.a2));
    Next
}

fn srk(l: &Lift, f: RRF) -> Flow {
    sub_w(l, f.r1, l.ws(f.r2), l.ws(f.r3));
    Next
}

fn sgrk(l: &Lift, f: RRF) -> Flow {
    sub_g(l, f.r1, l.g(f.r2), l.g(f.r3));
    Next
}

fn sh(l: &Lift, f: RX) -> Flow {
    sub_w(l, f.r1, l.ws(f.r1), l.m16(f.a2));
    Next
}

fn shy(l: &Lift, f: RXY) -> Flow {
    sub_w(l, f.r1, l.ws(f.r1), l.m16(f.a2));
    Next
}

fn sgh(l: &Lift, f: RXY) -> Flow {
    sub_g(l, f.r1, l.g(f.r1), l.m16(f.a2));
    Next
}

fn asi(l: &Lift, f: SIY) -> Flow {
    add_si_w(l, f);
    Next
}

fn agsi(l: &Lift, f: SIY) -> Flow {
    add_si_g(l, f);
    Next
}

fn alsi(l: &Lift, f: SIY) -> Flow {
    addl_si_w(l, f);
    Next
}

fn algsi(l: &Lift, f: SIY) -> Flow {
    addl_si_g(l, f);
    Next
}

fn alr(l: &Lift, f: RR) -> Flow {
    addl_w(l, f.r1, l.wz(f.r1), l.wz(f.r2));
    Next
}

fn al(l: &Lift, f: RX) -> Flow {
    addl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2));
    Next
}

fn aly(l: &Lift, f: RXY) -> Flow {
    addl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2));
    Next
}

fn algr(l: &Lift, f: RRE) -> Flow {
    addl_g(l, f.r1, l.g(f.r1), l.g(f.r2));
    Next
}

fn algfr(l: &Lift, f: RRE) -> Flow {
    addl_g(l, f.r1, l.g(f.r1), l.wz(f.r2));
    Next
}

fn alg(l: &Lift, f: RXY) -> Flow {
    addl_g(l, f.r1, l.g(f.r1), l.m64(f.a2));
    Next
}

fn algf(l: &Lift, f: RXY) -> Flow {
    addl_g(l, f.r1, l.g(f.r1), l.m32z(f.a2));
    Next
}

fn alrk(l: &Lift, f: RRF) -> Flow {
    addl_w(l, f.r1, l.wz(f.r2), l.wz(f.r3));
    Next
}

fn algrk(l: &Lift, f: RRF) -> Flow {
    addl_g(l, f.r1, l.g(f.r2), l.g(f.r3));
    Next
}

fn alfi(l: &Lift, f: RIL) -> Flow {
    addl_w(l, f.r1, l.wz(f.r1), l.k(f.u2 as i64));
    Next
}

fn algfi(l: &Lift, f: RIL) -> Flow {
    addl_g(l, f.r1, l.g(f.r1), l.k(f.u2 as i64));
    Next
}

fn alhsik(l: &Lift, f: RIEd) -> Flow {
    addl_w(l, f.r1, l.wz(f.r3), l.k(f.i2 & 0xffff_ffff));
    Next
}

fn alghsik(l: &Lift, f: RIEd) -> Flow {
    addl_g(l, f.r1, l.g(f.r3), l.k(f.i2));
    Next
}

fn slr(l: &Lift, f: RR) -> Flow {
    subl_w(l, f.r1, l.wz(f.r1), l.wz(f.r2));
    Next
}

fn sl(l: &Lift, f: RX) -> Flow {
    subl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2));
    Next
}

fn sly(l: &Lift, f: RXY) -> Flow {
    subl_w(l, f.r1, l.wz(f.r1), l.m32z(f.a2));
    Next
}

fn slgr(l: &Lift, f: RRE) -> Flow {
    subl_g(l, f.r1, l.g(f.r1), l.g(f.r2));
    Next
}

fn slgfr(l: &Lift, f: RRE) -> Flow {
    subl_g(l, f.r1, l.g(f.r1), l.wz(f.r2));
    Next
}

fn slg(l: &Lift, f: RXY) -> Flow {
    subl_g(l, f.r1, l.g(f.r1), l.m64(f.a2));
    Next
}

fn slgf(l: &Lift, f: RXY) -> Flow {
    subl_g(l, f.r1, l.g(f.r1), l.m32z(f.a2));
    Next
}

fn slrk(l: &Lift, f: RRF) -> Flow {
    subl_w(l, f.r1, l.wz(f.r2), l.wz(f.r3));
    Next
}

fn slgrk(l: &Lift, f: RRF) -> Flow {
    subl_g(l, f.r1, l.g(f.r2), l.g(f.r3));
    Next
}

fn slfi(l: &Lift, f: RIL) -> Flow {
    subl_w(l, f.r1, l.wz(f.r1), l.k(f.u2 as i64));
    Next
}

fn slgfi(l: &Lift, f: RIL) -> Flow {
    subl_g(l, f.r1, l.g(f.r1), l.k(f.u2 as i64));
    Next
}

fn alcr(l: &Lift, f: RRE) -> Flow {
    addc_w(l, f.r1, l.wz(f.r2));
    Next
}

fn alc(l: &Lift, f: RXY) -> Flow {
    addc_w(l, f.r1, l.m32z(f.a2));
    Next
}

fn alcgr(l: &Lift, f: RRE) -> Flow {
    addc_g(l, f.r1, l.g(f.r2));
    Next
}

fn alcg(l: &Lift, f: RXY) -> Flow {
    addc_g(l, f.r1, l.m64(f.a2));
    Next
}

fn slbr(l: &Lift, f: RRE) -> Flow {
    addc_w(l, f.r1, l.wz(f.r2) ^ l.k(0xffff_ffff));
    Next
}

fn slb(l: &Lift, f: RXY) -> Flow {
    addc_w(l, f.r1, l.m32z(f.a2) ^ l.k(0xffff_ffff));
    Next
}

fn slbgr(l: &Lift, f: RRE) -> Flow {
    addc_g(l, f.r1, !l.g(f.r2));
    Next
}

fn slbg(l: &Lift, f: RXY) -> Flow {
    addc_g(l, f.r1, !l.m64(f.a2));
    Next
}

fn ahhhr(l: &Lift, f: RRF) -> Flow {
    add_h(l, f.r1, hs(l, f.r2), hs(l, f.r3));
    Next
}

fn ahhlr(l: &Lift, f: RRF) -> Flow {
    add_h(l, f.r1, hs(l, f.r2), l.ws(f.r3));
    Next
}

fn shhhr(l: &Lift, f: RRF) -> Flow {
    sub_h(l, f.r1, hs(l, f.r2), hs(l, f.r3));
    Next
}

fn shhlr(l: &Lift, f: RRF) -> Flow {
    sub_h(l, f.r1, hs(l, f.r2), l.ws(f.r3));
    Next
}

fn alhhhr(l: &Lift, f: RRF) -> Flow {
    addl_h(l, f.r1, hz(l, f.r2), hz(l, f.r3));
    Next
}

fn alhhlr(l: &Lift, f: RRF) -> Flow {
    addl_h(l, f.r1, hz(l, f.r2), l.wz(f.r3));
    Next
}

fn slhhhr(l: &Lift, f: RRF) -> Flow {
    subl_h(l, f.r1, hz(l, f.r2), hz(l, f.r3));
    Next
}

fn slhhlr(l: &Lift, f: RRF) -> Flow {
    subl_h(l, f.r1, hz(l, f.r2), l.wz(f.r3));
    Next
}

fn aih(l: &Lift, f: RIL) -> Flow {
    add_h(l, f.r1, hs(l, f.r1), l.k(f.i2));
    Next
}

fn alsih(l: &Lift, f: RIL) -> Flow {
    addl_h(l, f.r1, hz(l, f.r1), l.k(f.i2 & 0xffff_ffff));
    Next
}

fn alsihn(l: &Lift, f: RIL) -> Flow {
    l.set_h(f.r1, (hz(l, f.r1) + l.k(f.i2 & 0xffff_ffff)) & l.k(0xffff_ffff));
    Next
}

fn chhr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Signed, hs(l, f.r1), hs(l, f.r2));
    Next
}

fn chlr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Signed, hs(l, f.r1), l.ws(f.r2));
    Next
}

fn clhhr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Unsigned, hz(l, f.r1), hz(l, f.r2));
    Next
}

fn clhlr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Unsigned, hz(l, f.r1), l.wz(f.r2));
    Next
}

fn chf(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Signed, hs(l, f.r1), l.m32s(f.a2));
    Next
}

fn clhf(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Unsigned, hz(l, f.r1), l.m32z(f.a2));
    Next
}

fn cih(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, hs(l, f.r1), l.k(f.i2));
    Next
}

fn clih(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, hz(l, f.r1), l.k(f.u2 as i64));
    Next
}

fn nr(l: &Lift, f: RR) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) & l.wz(f.r2));
    Next
}

fn n(l: &Lift, f: RX) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) & l.m32z(f.a2));
    Next
}

fn ny(l: &Lift, f: RXY) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) & l.m32z(f.a2));
    Next
}

fn ngr(l: &Lift, f: RRE) -> Flow {
    bit_g(l, f.r1, l.g(f.r1) & l.g(f.r2));
    Next
}

fn ng(l: &Lift, f: RXY) -> Flow {
    bit_g(l, f.r1, l.g(f.r1) & l.m64(f.a2));
    Next
}

fn nrk(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, l.wz(f.r2) & l.wz(f.r3));
    Next
}

fn ngrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, l.g(f.r2) & l.g(f.r3));
    Next
}

fn or(l: &Lift, f: RR) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) | l.wz(f.r2));
    Next
}

fn o(l: &Lift, f: RX) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) | l.m32z(f.a2));
    Next
}

fn oy(l: &Lift, f: RXY) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) | l.m32z(f.a2));
    Next
}

fn ogr(l: &Lift, f: RRE) -> Flow {
    bit_g(l, f.r1, l.g(f.r1) | l.g(f.r2));
    Next
}

fn og(l: &Lift, f: RXY) -> Flow {
    bit_g(l, f.r1, l.g(f.r1) | l.m64(f.a2));
    Next
}

fn ork(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, l.wz(f.r2) | l.wz(f.r3));
    Next
}

fn ogrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, l.g(f.r2) | l.g(f.r3));
    Next
}

fn xr(l: &Lift, f: RR) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) ^ l.wz(f.r2));
    Next
}

fn x(l: &Lift, f: RX) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) ^ l.m32z(f.a2));
    Next
}

fn xy(l: &Lift, f: RXY) -> Flow {
    bit_w(l, f.r1, l.wz(f.r1) ^ l.m32z(f.a2));
    Next
}

fn xgr(l: &Lift, f: RRE) -> Flow {
    bit_g(l, f.r1, l.g(f.r1) ^ l.g(f.r2));
    Next
}

fn xg(l: &Lift, f: RXY) -> Flow {
    bit_g(l, f.r1, l.g(f.r1) ^ l.m64(f.a2));
    Next
}

fn xrk(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, l.wz(f.r2) ^ l.wz(f.r3));
    Next
}

fn xgrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, l.g(f.r2) ^ l.g(f.r3));
    Next
}

fn ncrk(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, l.wz(f.r2) & !l.wz(f.r3));
    Next
}

fn ncgrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, l.g(f.r2) & !l.g(f.r3));
    Next
}

fn ocrk(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, l.wz(f.r2) | (l.wz(f.r3) ^ l.k(0xffff_ffff)));
    Next
}

fn ocgrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, l.g(f.r2) | !l.g(f.r3));
    Next
}

fn nnrk(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, (l.wz(f.r2) & l.wz(f.r3)) ^ l.k(0xffff_ffff));
    Next
}

fn nngrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, !(l.g(f.r2) & l.g(f.r3)));
    Next
}

fn nork(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, (l.wz(f.r2) | l.wz(f.r3)) ^ l.k(0xffff_ffff));
    Next
}

fn nogrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, !(l.g(f.r2) | l.g(f.r3)));
    Next
}

fn nxrk(l: &Lift, f: RRF) -> Flow {
    bit_w(l, f.r1, l.wz(f.r2) ^ l.wz(f.r3) ^ l.k(0xffff_ffff));
    Next
}

fn nxgrk(l: &Lift, f: RRF) -> Flow {
    bit_g(l, f.r1, !(l.g(f.r2) ^ l.g(f.r3)));
    Next
}

fn nihf(l: &Lift, f: RIL) -> Flow {
    and_part(l, f.r1, 32, 32, f.u2);
    Next
}

fn nilf(l: &Lift, f: RIL) -> Flow {
    and_part(l, f.r1, 0, 32, f.u2);
    Next
}

fn nihh(l: &Lift, f: RI) -> Flow {
    and_part(l, f.r1, 48, 16, f.u2);
    Next
}

fn nihl(l: &Lift, f: RI) -> Flow {
    and_part(l, f.r1, 32, 16, f.u2);
    Next
}

fn nilh(l: &Lift, f: RI) -> Flow {
    and_part(l, f.r1, 16, 16, f.u2);
    Next
}

fn nill(l: &Lift, f: RI) -> Flow {
    and_part(l, f.r1, 0, 16, f.u2);
    Next
}

fn oihf(l: &Lift, f: RIL) -> Flow {
    or_part(l, f.r1, 32, 32, f.u2);
    Next
}

fn oilf(l: &Lift, f: RIL) -> Flow {
    or_part(l, f.r1, 0, 32, f.u2);
    Next
}

fn oihh(l: &Lift, f: RI) -> Flow {
    or_part(l, f.r1, 48, 16, f.u2);
    Next
}

fn oihl(l: &Lift, f: RI) -> Flow {
    or_part(l, f.r1, 32, 16, f.u2);
    Next
}

fn oilh(l: &Lift, f: RI) -> Flow {
    or_part(l, f.r1, 16, 16, f.u2);
    Next
}

fn oill(l: &Lift, f: RI) -> Flow {
    or_part(l, f.r1, 0, 16, f.u2);
    Next
}

fn xihf(l: &Lift, f: RIL) -> Flow {
    xor_part(l, f.r1, 32, f.u2);
    Next
}

fn xilf(l: &Lift, f: RIL) -> Flow {
    xor_part(l, f.r1, 0, f.u2);
    Next
}

fn ni(l: &Lift, f: SI) -> Flow {
    bit_si(l, l.addr(f.a1), RmwOp::And, f.i2);
    Next
}

fn niy(l: &Lift, f: SIY) -> Flow {
    bit_si(l, l.addr(f.a1), RmwOp::And, f.i2);
    Next
}

fn oi(l: &Lift, f: SI) -> Flow {
    bit_si(l, l.addr(f.a1), RmwOp::Or, f.i2);
    Next
}

fn oiy(l: &Lift, f: SIY) -> Flow {
    bit_si(l, l.addr(f.a1), RmwOp::Or, f.i2);
    Next
}

fn xi(l: &Lift, f: SI) -> Flow {
    bit_si(l, l.addr(f.a1), RmwOp::Xor, f.i2);
    Next
}

fn xiy(l: &Lift, f: SIY) -> Flow {
    bit_si(l, l.addr(f.a1), RmwOp::Xor, f.i2);
    Next
}

fn cr(l: &Lift, f: RR) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.ws(f.r2));
    Next
}

fn c(l: &Lift, f: RX) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn cy(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn cgr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.g(f.r2));
    Next
}

fn cgfr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.ws(f.r2));
    Next
}

fn cg(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.m64(f.a2));
    Next
}

fn cgf(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.m32s(f.a2));
    Next
}

fn ch(l: &Lift, f: RX) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.m16(f.a2));
    Next
}

fn chy(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.m16(f.a2));
    Next
}

fn cgh(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.m16(f.a2));
    Next
}

fn chi(l: &Lift, f: RI) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.k(f.i2));
    Next
}

fn cghi(l: &Lift, f: RI) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.k(f.i2));
    Next
}

fn cfi(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), l.k(f.i2));
    Next
}

fn cgfi(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), l.k(f.i2));
    Next
}

fn chhsi(l: &Lift, f: SIL) -> Flow {
    l.cc2(Kind::Signed, l.m16(f.a1), l.k(f.i2));
    Next
}

fn chsi(l: &Lift, f: SIL) -> Flow {
    l.cc2(Kind::Signed, l.m32s(f.a1), l.k(f.i2));
    Next
}

fn cghsi(l: &Lift, f: SIL) -> Flow {
    l.cc2(Kind::Signed, l.m64(f.a1), l.k(f.i2));
    Next
}

fn crl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), rel(l, f.t2, Width::W32).sext(Width::W64));
    Next
}

fn cgrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), rel(l, f.t2, Width::W64));
    Next
}

fn cgfrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), rel(l, f.t2, Width::W32).sext(Width::W64));
    Next
}

fn chrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.ws(f.r1), rel(l, f.t2, Width::W16).sext(Width::W64));
    Next
}

fn cghrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Signed, l.g(f.r1), rel(l, f.t2, Width::W16).sext(Width::W64));
    Next
}

fn clr(l: &Lift, f: RR) -> Flow {
    l.cc2(Kind::Unsigned, l.wz(f.r1), l.wz(f.r2));
    Next
}

fn cl(l: &Lift, f: RX) -> Flow {
    l.cc2(Kind::Unsigned, l.wz(f.r1), l.m32z(f.a2));
    Next
}

fn cly(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Unsigned, l.wz(f.r1), l.m32z(f.a2));
    Next
}

fn clgr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), l.g(f.r2));
    Next
}

fn clgfr(l: &Lift, f: RRE) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), l.wz(f.r2));
    Next
}

fn clg(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), l.m64(f.a2));
    Next
}

fn clgf(l: &Lift, f: RXY) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), l.m32z(f.a2));
    Next
}

fn clfi(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.wz(f.r1), l.k(f.u2 as i64));
    Next
}

fn clgfi(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), l.k(f.u2 as i64));
    Next
}

fn cli(l: &Lift, f: SI) -> Flow {
    l.cc2(Kind::Unsigned, l.load(l.addr(f.a1), Width::W8).zext(Width::W64), l.k(f.i2 as i64));
    Next
}

fn cliy(l: &Lift, f: SIY) -> Flow {
    l.cc2(Kind::Unsigned, l.load(l.addr(f.a1), Width::W8).zext(Width::W64), l.k(f.i2 as i64));
    Next
}

fn clhhsi(l: &Lift, f: SIL) -> Flow {
    l.cc2(Kind::Unsigned, l.load(l.addr(f.a1), Width::W16).zext(Width::W64), l.k(f.u2 as i64));
    Next
}

fn clfhsi(l: &Lift, f: SIL) -> Flow {
    l.cc2(Kind::Unsigned, l.m32z(f.a1), l.k(f.u2 as i64));
    Next
}

fn clghsi(l: &Lift, f: SIL) -> Flow {
    l.cc2(Kind::Unsigned, l.m64(f.a1), l.k(f.u2 as i64));
    Next
}

fn clrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.wz(f.r1), rel(l, f.t2, Width::W32).zext(Width::W64));
    Next
}

fn clgrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), rel(l, f.t2, Width::W64));
    Next
}

fn clgfrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), rel(l, f.t2, Width::W32).zext(Width::W64));
    Next
}

fn clhrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.wz(f.r1), rel(l, f.t2, Width::W16).zext(Width::W64));
    Next
}

fn clghrl(l: &Lift, f: RIL) -> Flow {
    l.cc2(Kind::Unsigned, l.g(f.r1), rel(l, f.t2, Width::W16).zext(Width::W64));
    Next
}

fn clm(l: &Lift, f: RS) -> Flow {
    clm_of(l, f.r1, f.m3, 0, l.addr(f.a2))
}

fn clmy(l: &Lift, f: RSY) -> Flow {
    clm_of(l, f.r1, f.m3, 0, l.addr(f.a2))
}

fn clmh(l: &Lift, f: RSY) -> Flow {
    clm_of(l, f.r1, f.m3, 32, l.addr(f.a2))
}

fn tm(l: &Lift, f: SI) -> Flow {
    tm_byte(l, l.addr(f.a1), f.i2);
    Next
}

fn tmy(l: &Lift, f: SIY) -> Flow {
    tm_byte(l, l.addr(f.a1), f.i2);
    Next
}

fn tmhh(l: &Lift, f: RI) -> Flow {
    tm_part(l, f.r1, 48, f.u2);
    Next
}

fn tmhl(l: &Lift, f: RI) -> Flow {
    tm_part(l, f.r1, 32, f.u2);
    Next
}

fn tmlh(l: &Lift, f: RI) -> Flow {
    tm_part(l, f.r1, 16, f.u2);
    Next
}

fn tmll(l: &Lift, f: RI) -> Flow {
    tm_part(l, f.r1, 0, f.u2);
    Next
}

fn laa(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Add, Width::W32, Atomic::Signed);
    Next
}

fn laag(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Add, Width::W64, Atomic::Signed);
    Next
}

fn laal(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Add, Width::W32, Atomic::Logical);
    Next
}

fn laalg(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Add, Width::W64, Atomic::Logical);
    Next
}

fn lan(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::And, Width::W32, Atomic::Bits);
    Next
}

fn lang(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::And, Width::W64, Atomic::Bits);
    Next
}

fn lax(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Xor, Width::W32, Atomic::Bits);
    Next
}

fn laxg(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Xor, Width::W64, Atomic::Bits);
    Next
}

fn lao(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Or, Width::W32, Atomic::Bits);
    Next
}

fn laog(l: &Lift, f: RSY) -> Flow {
    load_and(l, f, RmwOp::Or, Width::W64, Atomic::Bits);
    Next
}

fn mr(l: &Lift, f: RR) -> Flow {
    mul_pair_s(l, f.r1, f.r2, |l, n| l.ws(n))
}

fn m(l: &Lift, f: RX) -> Flow {
    mul_pair_m(l, f.r1, |l| l.m32s(f.a2))
}

fn mfy(l: &Lift, f: RXY) -> Flow {
    mul_pair_m(l, f.r1, |l| l.m32s(f.a2))
}

fn mh(l: &Lift, f: RX) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.m16(f.a2));
    Next
}

fn mhy(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.m16(f.a2));
    Next
}

fn mhi(l: &Lift, f: RI) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.k(f.i2));
    Next
}

fn mghi(l: &Lift, f: RI) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.k(f.i2));
    Next
}

fn mgh(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.m16(f.a2));
    Next
}

fn msr(l: &Lift, f: RRE) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.ws(f.r2));
    Next
}

fn ms(l: &Lift, f: RX) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.m32s(f.a2));
    Next
}

fn msy(l: &Lift, f: RXY) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.m32s(f.a2));
    Next
}

fn msgr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.g(f.r2));
    Next
}

fn msgfr(l: &Lift, f: RRE) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.ws(f.r2));
    Next
}

fn msg(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.m64(f.a2));
    Next
}

fn msgf(l: &Lift, f: RXY) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.m32s(f.a2));
    Next
}

fn msfi(l: &Lift, f: RIL) -> Flow {
    l.set_w(f.r1, l.ws(f.r1) * l.k(f.i2));
    Next
}

fn msgfi(l: &Lift, f: RIL) -> Flow {
    l.set_g(f.r1, l.g(f.r1) * l.k(f.i2));
    Next
}

fn msrkc(l: &Lift, f: RRF) -> Flow {
    mul_cc_w(l, f.r1, l.ws(f.r2), l.ws(f.r3));
    Next
}

fn msc(l: &Lift, f: RXY) -> Flow {
    mul_cc_w(l, f.r1, l.ws(f.r1), l.m32s(f.a2));
    Next
}

fn msgrkc(l: &Lift, f: RRF) -> Flow {
    mul_cc_g(l, f.r1, l.g(f.r2), l.g(f.r3));
    Next
}

fn msgc(l: &Lift, f: RXY) -> Flow {
    mul_cc_g(l, f.r1, l.g(f.r1), l.m64(f.a2));
    Next
}

fn mlr(l: &Lift, f: RRE) -> Flow {
    mul_pair_u(l, f.r1, |l| l.wz(f.r2))
}

fn ml(l: &Lift, f: RXY) -> Flow {
    mul_pair_u(l, f.r1, |l| l.m32z(f.a2))
}

fn mlgr(l: &Lift, f: RRE) -> Flow {
    mul_wide(l, f.r1, |l| (l.g(f.r1 | 1), l.g(f.r2)), false)
}

fn mlg(l: &Lift, f: RXY) -> Flow {
    mul_wide(l, f.r1, |l| (l.g(f.r1 | 1), l.m64(f.a2)), false)
}

fn mgrk(l: &Lift, f: RRF) -> Flow {
    mul_wide(l, f.r1, |l| (l.g(f.r2), l.g(f.r3)), true)
}

fn mg(l: &Lift, f: RXY) -> Flow {
    mul_wide(l, f.r1, |l| (l.g(f.r1 | 1), l.m64(f.a2)), true)
}

fn dr(l: &Lift, f: RR) -> Flow {
    divide(l, f.r1, helper::DIVIDE, |l| l.ws(f.r2))
}

fn d(l: &Lift, f: RX) -> Flow {
    divide(l, f.r1, helper::DIVIDE, |l| l.m32s(f.a2))
}

fn dlr(l: &Lift, f: RRE) -> Flow {
    divide(l, f.r1, helper::DIVIDE_LOGICAL, |l| l.wz(f.r2))
}

fn dl(l: &Lift, f: RXY) -> Flow {
    divide(l, f.r1, helper::DIVIDE_LOGICAL, |l| l.m32z(f.a2))
}

fn dlgr(l: &Lift, f: RRE) -> Flow {
    divide(l, f.r1, helper::DIVIDE_LOGICAL_LONG, |l| l.g(f.r2))
}

fn dlg(l: &Lift, f: RXY) -> Flow {
    divide(l, f.r1, helper::DIVIDE_LOGICAL_LONG, |l| l.m64(f.a2))
}

fn dsgr(l: &Lift, f: RRE) -> Flow {
    divide_single(l, f.r1, |l| l.g(f.r2))
}

fn dsgfr(l: &Lift, f: RRE) -> Flow {
    divide_single(l, f.r1, |l| l.ws(f.r2))
}

fn dsg(l: &Lift, f: RXY) -> Flow {
    divide_single(l, f.r1, |l| l.m64(f.a2))
}

fn dsgf(l: &Lift, f: RXY) -> Flow {
    divide_single(l, f.r1, |l| l.m32s(f.a2))
}

fn flogr(l: &Lift, f: RRE) -> Flow {
    find_leftmost(l, f.r1, f.r2)
}

fn popcnt(l: &Lift, f: RRF) -> Flow {
    popcount(l, f);
    Next
}

/// The second operand of a relative-long instruction; it must be aligned.
fn rel<'b>(l: &Lift<'b>, offset: i64, width: Width) -> V<'b> {
    l.ir.load(l.ir.konst(Width::W64, l.relative(offset)), Mem::be(width).aligned())
}

fn hs<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.h(n).sext(Width::W64)
}

fn hz<'b>(l: &Lift<'b>, n: u8) -> V<'b> {
    l.g(n).extract(32, 32)
}

fn add_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let sum = a + b;
    l.set_w(r1, sum & sum.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, sum);
    l.overflow();
}

fn sub_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_w(r1, difference & difference.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, difference);
    l.overflow();
}

fn add_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let sum = a + b;
    l.set_h(r1, sum & sum.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, sum);
    l.overflow();
}

fn sub_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_h(r1, difference & difference.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, difference);
    l.overflow();
}

fn add_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    l.set_g(r1, a + b);
    l.cc2(Kind::Add64, a, b);
    l.overflow();
}

fn sub_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    l.set_g(r1, a - b);
    l.cc2(Kind::Sub64, a, b);
    l.overflow();
}

/// Logical sum of 32 bits: operands are zero-extended.
fn carry_w<'b>(l: &Lift<'b>, sum: V<'b>) -> V<'b> {
    let low = sum & sum.konst(0xffff_ffff);
    l.cc2(Kind::Carry, low, sum.extract(32, 1));
    low
}

fn addl_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let low = carry_w(l, a + b);
    l.set_w(r1, low);
}

fn addl_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let low = carry_w(l, a + b);
    l.set_h(r1, low);
}

fn addl_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let sum = a + b;
    l.set_g(r1, sum);
    l.cc2(Kind::Carry, sum, sum.lt_u(a));
}

fn subl_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_w(r1, difference & difference.konst(0xffff_ffff));
    l.cc2(Kind::Borrow, a, b);
}

fn subl_h<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let difference = a - b;
    l.set_h(r1, difference & difference.konst(0xffff_ffff));
    l.cc2(Kind::Borrow, a, b);
}

fn subl_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    l.set_g(r1, a - b);
    l.cc2(Kind::Borrow, a, b);
}

/// ADD LOGICAL WITH CARRY; SUBTRACT LOGICAL WITH BORROW is the same with the second operand inverted.
fn addc_w<'b>(l: &Lift<'b>, r1: u8, b: V<'b>) {
    let low = carry_w(l, l.wz(r1) + b + l.carry());
    l.set_w(r1, low);
}

fn addc_g<'b>(l: &Lift<'b>, r1: u8, b: V<'b>) {
    let (a, carry) = (l.g(r1), l.carry());
    let part = a + b;
    let sum = part + carry;
    l.set_g(r1, sum);
    l.cc2(Kind::Carry, sum, part.lt_u(a) | sum.lt_u(part));
}

fn add_si_w(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(4)]).trunc(Width::W32);
    l.cc1(Kind::Arith32, old.sext(Width::W64) + l.k(f.s2));
    l.overflow();
}

fn add_si_g(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(8)]);
    l.cc2(Kind::Add64, old, l.k(f.s2));
    l.overflow();
}

/// ADD LOGICAL WITH SIGNED IMMEDIATE: for a negative immediate, the carry of the sum is "no borrow" of the difference.
fn addl_si_w(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(4)]).trunc(Width::W32);
    carry_w(l, old.zext(Width::W64) + l.k(f.s2 & 0xffff_ffff));
}

fn addl_si_g(l: &Lift, f: SIY) {
    let address = l.addr(f.a1);
    let old = l.call(helper::ADD_STORAGE, &[address, l.k(f.s2), l.k(8)]);
    let sum = old + l.k(f.s2);
    l.cc2(Kind::Carry, sum, sum.lt_u(old));
}

fn bit_w<'b>(l: &Lift<'b>, r1: u8, result: V<'b>) {
    l.set_w(r1, result);
    l.cc1(Kind::NonZero, result);
}

fn bit_g<'b>(l: &Lift<'b>, r1: u8, result: V<'b>) {
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, result);
}

/// AND IMMEDIATE: the part of `len` bits from `lo` up; the code tells of it alone.
fn and_part(l: &Lift, r1: u8, lo: u32, len: u32, mask: u64) {
    let old = l.g(r1);
    let result = old & old.konst(!(bits::mask(len) << lo) | mask << lo);
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, old & old.konst(mask << lo));
}

fn or_part(l: &Lift, r1: u8, lo: u32, len: u32, mask: u64) {
    let old = l.g(r1);
    let result = old | old.konst(mask << lo);
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, result & result.konst(bits::mask(len) << lo));
}

fn xor_part(l: &Lift, r1: u8, lo: u32, mask: u64) {
    let old = l.g(r1);
    let result = old ^ old.konst(mask << lo);
    l.set_g(r1, result);
    l.cc1(Kind::NonZero, result & result.konst(0xffff_ffff << lo));
}

/// A logical operation on a byte in storage, atomic (interlocked-access facility 2).
fn bit_si<'b>(l: &Lift<'b>, address: V<'b>, op: RmwOp, mask: u64) {
    let operand = l.ir.konst(Width::W8, mask);
    let old = l.ir.rmw(op, address, operand, Mem::be(Width::W8));
    let new = match op {
        RmwOp::And => old & operand,
        RmwOp::Or => old | operand,
        _ => old ^ operand,
    };
    l.cc1(Kind::NonZero, new);
}

/// COMPARE LOGICAL CHARACTERS UNDER MASK. With an empty mask, one byte is accessed all the same.
fn clm_of<'b>(l: &Lift<'b>, r1: u8, mask: u8, lo: u32, address: V<'b>) -> Flow {
    let mut at = 0;
    let (mut first, mut second) = (l.k(0), l.k(0));
    for i in 0..4 {
        if mask & 8 >> i == 0 {
            continue;
        }
        let byte = l.load(l.cut(address.add_imm(at)), Width::W8).zext(Width::W64);
        second = second.shl(l.k(8)) | byte;
        first = first.shl(l.k(8)) | l.g(r1).extract(lo + 24 - 8 * i, 8);
        at += 1;
    }
    if mask == 0 {
        l.load(address, Width::W8);
    }
    l.cc2(Kind::Unsigned, first, second);
    Next
}

fn tm_byte<'b>(l: &Lift<'b>, address: V<'b>, mask: u64) {
    let byte = l.load(address, Width::W8).zext(Width::W64);
    l.cc2(Kind::Test, byte & byte.konst(mask), byte.konst(mask));
}

fn tm_part(l: &Lift, r1: u8, lo: u32, mask: u64) {
    let part = l.g(r1).extract(lo, 16);
    l.cc2(Kind::TestWide, part & part.konst(mask), part.konst(mask));
}

/// What the condition code of an interlocked access tells.
#[derive(Clone, Copy)]
enum Atomic {
    Signed,
    Logical,
    Bits,
}

fn load_and(l: &Lift, f: RSY, op: RmwOp, width: Width, kind: Atomic) {
    let operand = l.g(f.r3).trunc(width);
    let old = l.ir.rmw(op, l.addr(f.a2), operand, Mem::be(width).aligned());
    let wide = width == Width::W64;
    if wide {
        l.set_g(f.r1, old);
    } else {
        l.set_w(f.r1, old);
    }
    match kind {
        Atomic::Signed if wide => l.cc2(Kind::Add64, old, operand),
        Atomic::Signed => l.cc1(Kind::Arith32, old.sext(Width::W64) + operand.sext(Width::W64)),
        Atomic::Logical if wide => {
            let sum = old + operand;
            l.cc2(Kind::Carry, sum, sum.lt_u(old));
        }
        Atomic::Logical => {
            carry_w(l, old.zext(Width::W64) + operand.zext(Width::W64));
        }
        Atomic::Bits => l.cc1(
            Kind::NonZero,
            match op {
                RmwOp::And => old & operand,
                RmwOp::Or => old | operand,
                _ => old ^ operand,
            },
        ),
    }
    if matches!(kind, Atomic::Signed) {
        l.overflow();
    }
}

/// Writes a 64-bit product to the low words of an even-odd pair.
fn set_pair<'b>(l: &Lift<'b>, r1: u8, product: V<'b>) {
    l.set_w(r1, product.extract(32, 32));
    l.set_w(r1 + 1, product & product.konst(0xffff_ffff));
}

fn mul_pair_s<'b>(l: &Lift<'b>, r1: u8, r2: u8, get: impl Fn(&Lift<'b>, u8) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, r1, get(l, r1 + 1) * get(l, r2));
    Next
}

fn mul_pair_m<'b>(l: &Lift<'b>, r1: u8, second: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, r1, l.ws(r1 + 1) * second(l));
    Next
}

fn mul_pair_u<'b>(l: &Lift<'b>, r1: u8, second: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, r1, l.wz(r1 + 1) * second(l));
    Next
}

fn mul_wide<'b>(l: &Lift<'b>, r1: u8, operands: impl Fn(&Lift<'b>) -> (V<'b>, V<'b>), signed: bool) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    let (a, b) = operands(l);
    let high = if signed { a.mul_hi_s(b) } else { a.mul_hi_u(b) };
    let low = a * b;
    l.set_g(r1, high);
    l.set_g(r1 + 1, low);
    Next
}

/// MULTIPLY SINGLE with condition code: 3 if the product doesn't fit.
fn mul_cc_w<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let product = a * b;
    l.set_w(r1, product & product.konst(0xffff_ffff));
    l.cc1(Kind::Arith32, product);
    l.overflow();
}

fn mul_cc_g<'b>(l: &Lift<'b>, r1: u8, a: V<'b>, b: V<'b>) {
    let (low, high) = (a * b, a.mul_hi_s(b));
    let fits = high.eq(low.shr_s(low.konst(63)));
    let zero = low.konst(0);
    let sign = low.lt_s(zero).zext(Width::W64) | zero.lt_s(low).zext(Width::W64).shl(low.konst(1));
    l.set_g(r1, low);
    l.cc1(Kind::Code, l.ir.select(fits, sign, low.konst(3)));
    l.overflow();
}

/// A division of a pair of registers, whose helper writes both.
fn divide<'b>(l: &Lift<'b>, r1: u8, helper: u16, divisor: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    l.call(helper, &[l.k(r1.into()), divisor(l)]);
    Next
}

fn divide_single<'b>(l: &Lift<'b>, r1: u8, divisor: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    let (a, b) = (l.g(r1 + 1), divisor(l));
    let wraps = a.eq(a.konst(1 << 63)) & b.eq(b.konst(u64::MAX));
    let zero = b.eq(b.konst(0));
    l.ir.raise_if(zero | wraps, code::FIXED_POINT_DIVIDE, 0);
    let b = l.ir.select(zero, b.konst(1), b);
    let (quotient, remainder) = (a.div_s(b), a.rem_s(b));
    l.set_g(r1, remainder);
    l.set_g(r1 + 1, quotient);
    Next
}

fn find_leftmost(l: &Lift, r1: u8, r2: u8) -> Flow {
    if r1 & 1 != 0 {
        return l.specification();
    }
    let value = l.g(r2);
    let count = value.clz();
    let bit = value.konst(1 << 63).shr_u(count);
    let is_zero = value.eq(value.konst(0));
    l.set_g(r1, count);
    l.set_g(r1 + 1, l.ir.select(is_zero, value, value & !bit));
    l.cc1(Kind::Code, l.ir.select(is_zero, value.konst(0), value.konst(2)));
    Next
}

/// POPULATION COUNT: of each byte, or with bit 0 of M3 (miscellaneous-instruction-extensions facility 3) of all.
fn popcount(l: &Lift, f: RRF) {
    let value = l.g(f.r2);
    let result = if f.m3 & 8 != 0 { value.popcnt() } else { l.call(helper::POPCOUNT_BYTES, &[value]) };
    l.set_g(f.r1, result);
    l.cc1(Kind::NonZero, result);
}

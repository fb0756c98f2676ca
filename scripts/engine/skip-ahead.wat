;; Where a search by a regular expression goes on: the first place from $at on that can begin a match, or $end. Called by the matcher of QuickJS each time
;; it comes to the loop with which it compiles every search, "try here; if that fails, take one character and try again":
;;
;;   split_goto_first 6, any, goto -11, save_start 0, <the expression>
;;
;; Left to that loop, a place that cannot match costs five instructions of the matcher, two states pushed and popped and two looks at the clock.
;; Where the expression begins with a literal character or a class of characters, all places that have another one are skipped here, as the loop would have done:
;; nothing but $at has changed when it comes round again. In any other case, and in doubt, the answer is $at.
;;
;; Opcodes are those of `libregexp-opcode.h`: 1 char (16 bits), 14 split_goto_first, 19 save_start (one byte), 36 range (16 bits: how many; pairs of 16 bits: first and last).
;; $units: 0 for a string of bytes, else of 16-bit units.
(func $skip_ahead (param $program i32) (param $at i32) (param $end i32) (param $units i32) (result i32)
  (local $op i32)
  (local $char i32)
  (local $last i32)
  (local $range i32)
  (if (i32.or
        (i64.ne (i64.load align=1 (local.get $program)) (i64.const 0xF5_0D_06_00_00_00_06_0E))
        (i32.ne (i32.load offset=8 align=1 (local.get $program)) (i32.const 0x13_FF_FF_FF)))
    (then (return (local.get $at))))
  (local.set $op (i32.add (local.get $program) (i32.const 11)))
  ;; The expression's own groups may begin at once, too: noting where they do takes no character.
  (loop $saves
    (local.set $op (i32.add (local.get $op) (i32.const 2)))
    (br_if $saves (i32.eq (i32.load8_u (local.get $op)) (i32.const 19))))

  (if (i32.eq (i32.load8_u (local.get $op)) (i32.const 1))
    (then
      (local.set $char (i32.load16_u offset=1 align=1 (local.get $op)))
      ;; Half of a character: where it begins depends on the mode.
      (if (i32.eq (i32.and (local.get $char) (i32.const 0xF800)) (i32.const 0xD800))
        (then (return (local.get $at))))
      (if (local.get $units)
        (then
          (loop $next
            (if (i32.ge_u (local.get $at) (local.get $end))
              (then (return (local.get $at))))
            (if (i32.eq (i32.load16_u (local.get $at)) (local.get $char))
              (then (return (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 2)))
            (br $next))))
      (loop $next
        (if (i32.ge_u (local.get $at) (local.get $end))
          (then (return (local.get $at))))
        (if (i32.eq (i32.load8_u (local.get $at)) (local.get $char))
          (then (return (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))

  (if (i32.ne (i32.load8_u (local.get $op)) (i32.const 36))
    (then (return (local.get $at))))
  (local.set $op (i32.add (local.get $op) (i32.const 3)))
  (local.set $last (i32.add (local.get $op)
    (i32.shl (i32.load16_u align=1 (i32.sub (local.get $op) (i32.const 2))) (i32.const 2))))
  ;; More ranges than these are looked through faster by halves, which the matcher does. They also bound how long a search goes on without a look at the clock.
  (if (i32.gt_u (i32.sub (local.get $last) (local.get $op)) (i32.const 16))
    (then (return (local.get $at))))
  (loop $next
    (if (i32.ge_u (local.get $at) (local.get $end))
      (then (return (local.get $at))))
    (local.set $char (if (result i32) (local.get $units)
      (then (i32.load16_u (local.get $at)))
      (else (i32.load8_u (local.get $at)))))
    (if (i32.eq (i32.and (local.get $char) (i32.const 0xF800)) (i32.const 0xD800))
      (then (return (local.get $at))))
    (local.set $range (local.get $op))
    (loop $ranges
      (if (i32.and
            (i32.ge_u (local.get $char) (i32.load16_u align=1 (local.get $range)))
            (i32.le_u (local.get $char) (i32.load16_u offset=2 align=1 (local.get $range))))
        (then (return (local.get $at))))
      (local.set $range (i32.add (local.get $range) (i32.const 4)))
      (br_if $ranges (i32.lt_u (local.get $range) (local.get $last))))
    (local.set $at (i32.add (local.get $at)
      (if (result i32) (local.get $units) (then (i32.const 2)) (else (i32.const 1)))))
    (br $next))
  (unreachable))

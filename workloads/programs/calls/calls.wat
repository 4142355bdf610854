;; Calls: direct recursion with one and three arguments, mutual recursion, nested recursion, calls through a table with a target that changes, many arguments,
;; several results, a continuation per level. Almost nothing but calls: prologues, argument moves, spills around calls, and the checks of indirect ones.
(module
  (type $mark (func))
  (type $unary (func (param i32) (result i32)))
  (type $binary (func (param i32 i32) (result i32)))
  (type $pair (func (param i64 i64) (result i64 i64)))
  (import "bench" "start" (func $start (type $mark)))
  (import "bench" "end" (func $end (type $mark)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "fib: \00\00\00tak: \00\00\00ack: \00\00\00parity: hofs.:  indir.: many:  \00pairs: \00mixed: \00hanoi: \00cont.: \00")

  (table $operations 16 funcref)
  (elem (table $operations) (i32.const 0) func $add $subtract $multiply $exclusive $rotate $larger $average $shuffle)
  (elem (table $operations) (i32.const 8) func $double $increment $halve $negate $square $apply_twice $apply_thrice $complement)
  (global $steps (mut i32) (i32.const 0))

  ;; ---- direct recursion

  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1))) (call $fib (i32.sub (local.get $n) (i32.const 2)))))))

  (func $tak (param $x i32) (param $y i32) (param $z i32) (result i32)
    (if (result i32) (i32.ge_s (local.get $y) (local.get $x))
      (then (local.get $z))
      (else
        (call $tak
          (call $tak (i32.sub (local.get $x) (i32.const 1)) (local.get $y) (local.get $z))
          (call $tak (i32.sub (local.get $y) (i32.const 1)) (local.get $z) (local.get $x))
          (call $tak (i32.sub (local.get $z) (i32.const 1)) (local.get $x) (local.get $y))))))

  (func $ackermann (param $m i32) (param $n i32) (result i32)
    (if (i32.eqz (local.get $m)) (then (return (i32.add (local.get $n) (i32.const 1)))))
    (if (i32.eqz (local.get $n)) (then (return (call $ackermann (i32.sub (local.get $m) (i32.const 1)) (i32.const 1)))))
    (call $ackermann (i32.sub (local.get $m) (i32.const 1)) (call $ackermann (local.get $m) (i32.sub (local.get $n) (i32.const 1)))))

  (func $hanoi (param $n i32) (param $from i32) (param $to i32) (param $by i32)
    (if (i32.eqz (local.get $n)) (then (return)))
    (call $hanoi (i32.sub (local.get $n) (i32.const 1)) (local.get $from) (local.get $by) (local.get $to))
    (global.set $steps
      (i32.add (i32.mul (global.get $steps) (i32.const 31)) (i32.add (i32.mul (local.get $from) (i32.const 3)) (local.get $to))))
    (call $hanoi (i32.sub (local.get $n) (i32.const 1)) (local.get $by) (local.get $to) (local.get $from)))

  ;; ---- mutual recursion: parity, and Hofstadter's female and male sequences

  (func $even (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n)) (then (i32.const 1)) (else (call $odd (i32.sub (local.get $n) (i32.const 1))))))
  (func $odd (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n)) (then (i32.const 0)) (else (call $even (i32.sub (local.get $n) (i32.const 1))))))
  (func $female (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n))
      (then (i32.const 1))
      (else (i32.sub (local.get $n) (call $male (call $female (i32.sub (local.get $n) (i32.const 1))))))))
  (func $male (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n))
      (then (i32.const 0))
      (else (i32.sub (local.get $n) (call $female (call $male (i32.sub (local.get $n) (i32.const 1))))))))

  ;; ---- what the table holds

  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $subtract (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $multiply (type $binary) (i32.mul (local.get 0) (i32.or (local.get 1) (i32.const 1))))
  (func $exclusive (type $binary) (i32.xor (local.get 0) (local.get 1)))
  (func $rotate (type $binary) (i32.rotl (local.get 0) (local.get 1)))
  (func $larger (type $binary) (select (local.get 0) (local.get 1) (i32.gt_u (local.get 0) (local.get 1))))
  (func $average (type $binary)
    (i32.add (i32.and (local.get 0) (local.get 1)) (i32.shr_u (i32.xor (local.get 0) (local.get 1)) (i32.const 1))))
  (func $shuffle (type $binary)
    (call_indirect $operations (type $binary)
      (i32.sub (local.get 1) (i32.const 7)) (local.get 0) (i32.and (i32.shr_u (local.get 0) (i32.const 9)) (i32.const 3))))

  (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
  (func $increment (type $unary) (i32.add (local.get 0) (i32.const 1)))
  (func $halve (type $unary) (i32.shr_u (local.get 0) (i32.const 1)))
  (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
  (func $square (type $unary) (i32.mul (local.get 0) (local.get 0)))
  (func $complement (type $unary) (i32.xor (local.get 0) (i32.const -1)))
  (func $apply (param $f i32) (param $x i32) (result i32)
    (call_indirect $operations (type $unary) (local.get $x) (i32.add (i32.const 8) (local.get $f))))
  (func $apply_twice (type $unary)
    (call $apply (i32.and (local.get 0) (i32.const 3)) (call $apply (i32.const 1) (local.get 0))))
  (func $apply_thrice (type $unary)
    (call $apply (i32.const 3) (call $apply (i32.const 5) (call $apply (i32.const 4) (local.get 0)))))

  (func $indirect (param $n i32) (result i32)
    (local $a i32) (local $b i32) (local $state i32)
    (local.set $a (i32.const 1))
    (local.set $b (i32.const 0x9e3779b9))
    (local.set $state (i32.const 12345))
    (loop $again
      (local.set $state (i32.add (i32.mul (local.get $state) (i32.const 1664525)) (i32.const 1013904223)))
      (local.set $a
        (call_indirect $operations (type $binary) (local.get $a) (local.get $b) (i32.shr_u (local.get $state) (i32.const 29))))
      (local.set $b
        (i32.add (local.get $b)
          (call_indirect $operations (type $unary)
            (local.get $a) (i32.add (i32.const 8) (i32.and (i32.shr_u (local.get $state) (i32.const 20)) (i32.const 7))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $a) (local.get $b)))

  ;; ---- ten parameters of all four types, most of them passed on in another order

  (func $many (param $n i32) (param $a i32) (param $b i64) (param $c f64) (param $d f32) (param $e i32) (param $f i64) (param $g f64) (param $h i32) (param $i i32)
    (result i64)
    (if (i32.eqz (local.get $n))
      (then
        (return
          (i64.add (i64.add (local.get $b) (local.get $f))
            (i64.add (i64.trunc_sat_f64_s (f64.add (local.get $c) (local.get $g)))
              (i64.extend_i32_u (i32.xor (i32.xor (local.get $a) (local.get $e)) (i32.xor (local.get $h) (local.get $i)))))))))
    (call $many
      (i32.sub (local.get $n) (i32.const 1))
      (i32.add (local.get $i) (local.get $n))
      (i64.xor (local.get $f) (i64.extend_i32_s (local.get $a)))
      (f64.add (local.get $g) (f64.promote_f32 (local.get $d)))
      (f32.mul (local.get $d) (f32.const 0.5))
      (i32.rotl (local.get $h) (i32.const 3))
      (i64.add (local.get $b) (i64.const 77))
      (f64.mul (local.get $c) (f64.const 0.75))
      (i32.sub (local.get $e) (local.get $a))
      (i32.mul (local.get $h) (i32.const 17))))

  ;; ---- two results

  (func $divide (type $pair) (i64.div_u (local.get 0) (local.get 1)) (i64.rem_u (local.get 0) (local.get 1)))
  (func $order (type $pair)
    (if (result i64 i64) (i64.lt_u (local.get 0) (local.get 1))
      (then (local.get 1) (local.get 0))
      (else (local.get 0) (local.get 1))))
  ;; The greatest common divisor with its first coefficient: three results, recursion.
  (func $euclid (param $a i64) (param $b i64) (result i64 i64 i64)
    (local $q i64) (local $r i64) (local $g i64) (local $s i64) (local $t i64)
    (if (i64.eqz (local.get $b)) (then (return (local.get $a) (i64.const 1) (i64.const 0))))
    (call $divide (local.get $a) (local.get $b))
    (local.set $r)
    (local.set $q)
    (call $euclid (local.get $b) (local.get $r))
    (local.set $t)
    (local.set $s)
    (local.set $g)
    (local.get $g)
    (local.get $t)
    (i64.sub (local.get $s) (i64.mul (local.get $q) (local.get $t))))
  (func $pairs (param $n i64) (result i64)
    (local $sum i64) (local $g i64) (local $s i64) (local $t i64)
    (loop $again
      (call $order (i64.add (i64.mul (local.get $n) (i64.const 2654435761)) (i64.const 1)) (i64.mul (local.get $n) (i64.const 40503)))
      (call $euclid)
      (local.set $t)
      (local.set $s)
      (local.set $g)
      (local.set $sum
        (i64.add (i64.rotl (local.get $sum) (i64.const 5)) (i64.xor (local.get $g) (i64.add (local.get $s) (local.get $t)))))
      (br_if $again (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))
    (local.get $sum))

  ;; ---- a chain of small functions that an optimiser may inline, in integers and floats

  (func $mix_a (param f64) (result f64) (f64.sqrt (f64.add (f64.mul (local.get 0) (local.get 0)) (f64.const 1))))
  (func $mix_b (param f64 i32) (result f64) (f64.add (call $mix_a (local.get 0)) (f64.convert_i32_s (local.get 1))))
  (func $mix_c (param i32 f64) (result i32) (i32.trunc_sat_f64_s (call $mix_b (local.get 1) (i32.shr_s (local.get 0) (i32.const 4)))))
  (func $mix_d (param i32) (result i32)
    (i32.add (call $mix_c (local.get 0) (f64.div (f64.convert_i32_u (i32.and (local.get 0) (i32.const 0xffff))) (f64.const 3))) (i32.const 1)))
  (func $mixed (param $n i32) (result i32)
    (local $x i32)
    (loop $again
      (local.set $x (i32.xor (i32.mul (local.get $x) (i32.const 69069)) (call $mix_d (i32.add (local.get $x) (local.get $n)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x))

  ;; ---- continuations: a list of (function, argument) in memory, run from the end

  (func $push (param $at i32) (param $f i32) (param $x i32) (result i32)
    (i32.store (local.get $at) (local.get $f))
    (i32.store offset=4 (local.get $at) (local.get $x))
    (i32.add (local.get $at) (i32.const 8)))
  (func $unwind (param $at i32) (param $value i32) (result i32)
    (loop $again
      (if (i32.gt_u (local.get $at) (i32.const 8192))
        (then
          (local.set $at (i32.sub (local.get $at) (i32.const 8)))
          (local.set $value
            (call_indirect $operations (type $binary) (local.get $value) (i32.load offset=4 (local.get $at)) (i32.load (local.get $at))))
          (br $again))))
    (local.get $value))
  (func $continue (param $rounds i32) (result i32)
    (local $at i32) (local $k i32) (local $value i32)
    (loop $round
      (local.set $at (i32.const 8192))
      (local.set $k (i32.const 1000))
      (loop $fill
        (local.set $at
          (call $push (local.get $at) (i32.rem_u (local.get $k) (i32.const 7)) (i32.mul (local.get $k) (local.get $rounds))))
        (br_if $fill (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
      (local.set $value (call $unwind (local.get $at) (local.get $value)))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $value))

  ;; ---- a line: eight letters, then sixteen hexadecimal digits

  (func $digit (param $v i64) (result i32)
    (local $d i32)
    (local.set $d (i32.wrap_i64 (i64.and (local.get $v) (i64.const 15))))
    (i32.add (local.get $d) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $d) (i32.const 10)))))
  (func $line (param $label i32) (param $value i64)
    (local $i i32)
    (i64.store (i32.const 512) (i64.load (i32.add (i32.const 1024) (i32.shl (local.get $label) (i32.const 3)))))
    (loop $blank
      (if (i32.eqz (i32.load8_u offset=512 (local.get $i))) (then (i32.store8 offset=512 (local.get $i) (i32.const 32))))
      (br_if $blank (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8))))
    (local.set $i (i32.const 16))
    (loop $digits
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (i32.store8 offset=520 (local.get $i) (call $digit (local.get $value)))
      (local.set $value (i64.shr_u (local.get $value) (i64.const 4)))
      (br_if $digits (local.get $i)))
    (i32.store8 (i32.const 536) (i32.const 10))
    (i32.store (i32.const 496) (i32.const 512))
    (i32.store (i32.const 500) (i32.const 25))
    (drop (call $write (i32.const 1) (i32.const 496) (i32.const 1) (i32.const 504))))

  (func (export "_start")
    (local $fib i32) (local $tak i32) (local $ack i32) (local $parity i32) (local $hofstadter i32) (local $indirect i32) (local $many i64) (local $pairs i64)
    (local $mixed i32) (local $hanoi i32) (local $continued i32) (local $k i32)
    (call $start)
    (local.set $fib (call $fib (i32.const 31)))
    (local.set $tak (call $tak (i32.const 18) (i32.const 12) (i32.const 6)))
    (local.set $ack (call $ackermann (i32.const 2) (i32.const 700)))
    (local.set $k (i32.const 400))
    (loop $parities
      (local.set $parity (i32.add (local.get $parity) (call $even (i32.add (i32.const 4000) (local.get $k)))))
      (local.set $hofstadter (i32.add (local.get $hofstadter) (call $female (i32.and (local.get $k) (i32.const 63)))))
      (local.set $many
        (i64.xor (local.get $many)
          (call $many (i32.const 300) (local.get $k) (i64.const 5) (f64.const 1.5) (f32.const 3) (i32.const 7) (i64.const 11) (f64.const -2) (i32.const 13)
            (i32.const 17))))
      (br_if $parities (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    (local.set $indirect (call $indirect (i32.const 3000000)))
    (local.set $pairs (call $pairs (i64.const 40000)))
    (local.set $mixed (call $mixed (i32.const 2000000)))
    (call $hanoi (i32.const 19) (i32.const 0) (i32.const 1) (i32.const 2))
    (local.set $hanoi (global.get $steps))
    (local.set $continued (call $continue (i32.const 1500)))
    (call $end)
    (call $line (i32.const 0) (i64.extend_i32_u (local.get $fib)))
    (call $line (i32.const 1) (i64.extend_i32_u (local.get $tak)))
    (call $line (i32.const 2) (i64.extend_i32_u (local.get $ack)))
    (call $line (i32.const 3) (i64.extend_i32_u (local.get $parity)))
    (call $line (i32.const 4) (i64.extend_i32_u (local.get $hofstadter)))
    (call $line (i32.const 5) (i64.extend_i32_u (local.get $indirect)))
    (call $line (i32.const 6) (local.get $many))
    (call $line (i32.const 7) (local.get $pairs))
    (call $line (i32.const 8) (i64.extend_i32_u (local.get $mixed)))
    (call $line (i32.const 9) (i64.extend_i32_u (local.get $hanoi)))
    (call $line (i32.const 10) (i64.extend_i32_u (local.get $continued)))))

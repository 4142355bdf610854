;; Floats by hand: a gravitational N-body system in memory (leapfrog, softened), the Mandelbrot set in doubles and in 32.32 fixed point, and a
;; Jacobi relaxation in singles. Loads and stores of floats, square roots and divisions, loops whose exit depends on a float.
(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 32)
  (data (i32.const 1024) "energy  drift   places  double  fixed   relaxed ")

  ;; A body is 64 bytes at 4096: position, velocity, mass, and room for the acceleration's end at 8 more bytes each.
  (global $bodies i32 (i32.const 4096))
  (global $count i32 (i32.const 24))
  (global $seed (mut i64) (i64.const 88172645463325252))

  (func $random (result f64)
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 13))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shr_u (global.get $seed) (i64.const 7))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 17))))
    (f64.sub
      (f64.mul (f64.convert_i64_u (i64.shr_u (global.get $seed) (i64.const 11))) (f64.const 0x1p-52))
      (f64.const 1)))

  (func $make
    (local $p i32) (local $i i32)
    (local.set $p (global.get $bodies))
    (loop $each
      (f64.store (local.get $p) (f64.mul (call $random) (f64.const 4)))
      (f64.store offset=8 (local.get $p) (f64.mul (call $random) (f64.const 4)))
      (f64.store offset=16 (local.get $p) (f64.mul (call $random) (f64.const 0.5)))
      (f64.store offset=24 (local.get $p) (f64.mul (call $random) (f64.const 0.3)))
      (f64.store offset=32 (local.get $p) (f64.mul (call $random) (f64.const 0.3)))
      (f64.store offset=40 (local.get $p) (f64.mul (call $random) (f64.const 0.1)))
      (f64.store offset=48 (local.get $p) (f64.add (f64.abs (call $random)) (f64.const 0.1)))
      (local.set $p (i32.add (local.get $p) (i32.const 64)))
      (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (global.get $count)))))

  (func $softened (param $x f64) (param $y f64) (param $z f64) (result f64)
    (f64.add
      (f64.add (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))
      (f64.add (f64.mul (local.get $z) (local.get $z)) (f64.const 0.01))))

  ;; Velocities change by what every pair pulls, then positions by the velocities.
  (func $step (param $dt f64)
    (local $a i32) (local $b i32) (local $end i32)
    (local $x f64) (local $y f64) (local $z f64) (local $square f64) (local $pull f64) (local $vx f64) (local $vy f64) (local $vz f64) (local $from f64) (local $to f64)
    (local.set $end (i32.add (global.get $bodies) (i32.shl (global.get $count) (i32.const 6))))
    (local.set $a (global.get $bodies))
    (loop $first
      (local.set $vx (f64.load offset=24 (local.get $a)))
      (local.set $vy (f64.load offset=32 (local.get $a)))
      (local.set $vz (f64.load offset=40 (local.get $a)))
      (local.set $b (i32.add (local.get $a) (i32.const 64)))
      (block $done
        (loop $second
          (br_if $done (i32.ge_u (local.get $b) (local.get $end)))
          (local.set $x (f64.sub (f64.load (local.get $b)) (f64.load (local.get $a))))
          (local.set $y (f64.sub (f64.load offset=8 (local.get $b)) (f64.load offset=8 (local.get $a))))
          (local.set $z (f64.sub (f64.load offset=16 (local.get $b)) (f64.load offset=16 (local.get $a))))
          (local.set $square (call $softened (local.get $x) (local.get $y) (local.get $z)))
          (local.set $pull (f64.div (local.get $dt) (f64.mul (local.get $square) (f64.sqrt (local.get $square)))))
          (local.set $from (f64.mul (local.get $pull) (f64.load offset=48 (local.get $b))))
          (local.set $to (f64.mul (local.get $pull) (f64.load offset=48 (local.get $a))))
          (local.set $vx (f64.add (local.get $vx) (f64.mul (local.get $x) (local.get $from))))
          (local.set $vy (f64.add (local.get $vy) (f64.mul (local.get $y) (local.get $from))))
          (local.set $vz (f64.add (local.get $vz) (f64.mul (local.get $z) (local.get $from))))
          (f64.store offset=24 (local.get $b) (f64.sub (f64.load offset=24 (local.get $b)) (f64.mul (local.get $x) (local.get $to))))
          (f64.store offset=32 (local.get $b) (f64.sub (f64.load offset=32 (local.get $b)) (f64.mul (local.get $y) (local.get $to))))
          (f64.store offset=40 (local.get $b) (f64.sub (f64.load offset=40 (local.get $b)) (f64.mul (local.get $z) (local.get $to))))
          (local.set $b (i32.add (local.get $b) (i32.const 64)))
          (br $second)))
      (f64.store offset=24 (local.get $a) (local.get $vx))
      (f64.store offset=32 (local.get $a) (local.get $vy))
      (f64.store offset=40 (local.get $a) (local.get $vz))
      (f64.store (local.get $a) (f64.add (f64.load (local.get $a)) (f64.mul (local.get $dt) (local.get $vx))))
      (f64.store offset=8 (local.get $a) (f64.add (f64.load offset=8 (local.get $a)) (f64.mul (local.get $dt) (local.get $vy))))
      (f64.store offset=16 (local.get $a) (f64.add (f64.load offset=16 (local.get $a)) (f64.mul (local.get $dt) (local.get $vz))))
      (br_if $first (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 64))) (local.get $end)))))

  (func $energy (result f64)
    (local $a i32) (local $b i32) (local $end i32) (local $sum f64)
    (local.set $end (i32.add (global.get $bodies) (i32.shl (global.get $count) (i32.const 6))))
    (local.set $a (global.get $bodies))
    (loop $first
      (local.set $sum
        (f64.add (local.get $sum)
          (f64.mul
            (f64.mul (f64.const 0.5) (f64.load offset=48 (local.get $a)))
            (f64.sub (call $softened (f64.load offset=24 (local.get $a)) (f64.load offset=32 (local.get $a)) (f64.load offset=40 (local.get $a))) (f64.const 0.01)))))
      (local.set $b (i32.add (local.get $a) (i32.const 64)))
      (block $done
        (loop $second
          (br_if $done (i32.ge_u (local.get $b) (local.get $end)))
          (local.set $sum
            (f64.sub (local.get $sum)
              (f64.div
                (f64.mul (f64.load offset=48 (local.get $a)) (f64.load offset=48 (local.get $b)))
                (f64.sqrt
                  (call $softened
                    (f64.sub (f64.load (local.get $a)) (f64.load (local.get $b)))
                    (f64.sub (f64.load offset=8 (local.get $a)) (f64.load offset=8 (local.get $b)))
                    (f64.sub (f64.load offset=16 (local.get $a)) (f64.load offset=16 (local.get $b))))))))
          (local.set $b (i32.add (local.get $b) (i32.const 64)))
          (br $second)))
      (br_if $first (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 64))) (local.get $end))))
    (local.get $sum))

  (func $places (result i64)
    (local $p i32) (local $h i64) (local $end i32)
    (local.set $end (i32.add (global.get $bodies) (i32.shl (global.get $count) (i32.const 6))))
    (local.set $p (global.get $bodies))
    (loop $each
      (local.set $h
        (i64.add (i64.rotl (local.get $h) (i64.const 7))
          (i64.xor (i64.load (local.get $p)) (i64.xor (i64.load offset=8 (local.get $p)) (i64.load offset=16 (local.get $p))))))
      (br_if $each (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 64))) (local.get $end))))
    (local.get $h))

  ;; ---- Mandelbrot: the sum of iterations over a grid of side by side points

  (func $escape (param $cx f64) (param $cy f64) (param $limit i32) (result i32)
    (local $x f64) (local $y f64) (local $xx f64) (local $yy f64) (local $n i32)
    (block $out
      (loop $again
        (br_if $out (f64.gt (f64.add (local.get $xx) (local.get $yy)) (f64.const 4)))
        (local.set $y (f64.add (f64.mul (f64.add (local.get $x) (local.get $x)) (local.get $y)) (local.get $cy)))
        (local.set $x (f64.add (f64.sub (local.get $xx) (local.get $yy)) (local.get $cx)))
        (local.set $xx (f64.mul (local.get $x) (local.get $x)))
        (local.set $yy (f64.mul (local.get $y) (local.get $y)))
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (local.get $limit)))))
    (local.get $n))
  (func $double (param $side i32) (param $limit i32) (result i64)
    (local $i i32) (local $j i32) (local $sum i64)
    (loop $row
      (local.set $j (i32.const 0))
      (loop $column
        (local.set $sum
          (i64.add (local.get $sum)
            (i64.extend_i32_u
              (call $escape
                (f64.sub (f64.div (f64.mul (f64.convert_i32_u (local.get $j)) (f64.const 3)) (f64.convert_i32_u (local.get $side))) (f64.const 2.2))
                (f64.sub (f64.div (f64.mul (f64.convert_i32_u (local.get $i)) (f64.const 2.5)) (f64.convert_i32_u (local.get $side))) (f64.const 1.25))
                (local.get $limit)))))
        (br_if $column (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $side))))
      (br_if $row (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $side))))
    (local.get $sum))

  ;; The same with 28 bits behind the point in 64-bit integers.
  (func $product (param $a i64) (param $b i64) (result i64) (i64.shr_s (i64.mul (local.get $a) (local.get $b)) (i64.const 28)))
  (func $escape_fixed (param $cx i64) (param $cy i64) (param $limit i32) (result i32)
    (local $x i64) (local $y i64) (local $xx i64) (local $yy i64) (local $n i32)
    (block $out
      (loop $again
        (br_if $out (i64.gt_s (i64.add (local.get $xx) (local.get $yy)) (i64.const 0x40000000)))
        (local.set $y (i64.add (call $product (i64.shl (local.get $x) (i64.const 1)) (local.get $y)) (local.get $cy)))
        (local.set $x (i64.add (i64.sub (local.get $xx) (local.get $yy)) (local.get $cx)))
        (local.set $xx (call $product (local.get $x) (local.get $x)))
        (local.set $yy (call $product (local.get $y) (local.get $y)))
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (local.get $limit)))))
    (local.get $n))
  (func $fixed (param $side i32) (param $limit i32) (result i64)
    (local $i i32) (local $j i32) (local $sum i64)
    (loop $row
      (local.set $j (i32.const 0))
      (loop $column
        (local.set $sum
          (i64.add (local.get $sum)
            (i64.extend_i32_u
              (call $escape_fixed
                (i64.sub (i64.div_s (i64.mul (i64.extend_i32_u (local.get $j)) (i64.const 0x30000000)) (i64.extend_i32_u (local.get $side))) (i64.const 0x23333333))
                (i64.sub (i64.div_s (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x28000000)) (i64.extend_i32_u (local.get $side))) (i64.const 0x14000000))
                (local.get $limit)))))
        (br_if $column (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $side))))
      (br_if $row (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $side))))
    (local.get $sum))

  ;; ---- relaxation: a square of 256 x 256 singles at 0x10000, its copy at 0x50000; the edge is kept

  (func $relax (param $from i32) (param $to i32)
    (local $x i32) (local $y i32) (local $at i32) (local $p i32)
    (local.set $y (i32.const 1))
    (loop $row
      (local.set $x (i32.const 1))
      (loop $column
        (local.set $at (i32.shl (i32.add (i32.shl (local.get $y) (i32.const 8)) (local.get $x)) (i32.const 2)))
        (local.set $p (i32.add (local.get $from) (local.get $at)))
        (f32.store (i32.add (local.get $to) (local.get $at))
          (f32.mul (f32.const 0.25)
            (f32.add
              (f32.add (f32.load (i32.sub (local.get $p) (i32.const 1024))) (f32.load offset=1024 (local.get $p)))
              (f32.add (f32.load (i32.sub (local.get $p) (i32.const 4))) (f32.load offset=4 (local.get $p))))))
        (br_if $column (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (i32.const 255))))
      (br_if $row (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (i32.const 255)))))
  (func $relaxed (param $rounds i32) (result i64)
    (local $i i32) (local $h i64)
    (loop $edge
      (f32.store offset=0x10000 (i32.shl (local.get $i) (i32.const 2)) (f32.convert_i32_u (local.get $i)))
      (f32.store offset=0x10000 (i32.shl (local.get $i) (i32.const 10)) (f32.const 100))
      (br_if $edge (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 256))))
    (memory.copy (i32.const 0x50000) (i32.const 0x10000) (i32.const 0x40000))
    (loop $again
      (call $relax (i32.const 0x10000) (i32.const 0x50000))
      (call $relax (i32.const 0x50000) (i32.const 0x10000))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.set $i (i32.const 0x10000))
    (loop $sum
      (local.set $h (i64.add (i64.rotl (local.get $h) (i64.const 3)) (i64.load32_u (local.get $i))))
      (br_if $sum (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 0x50000))))
    (local.get $h))

  (func $line (param $label i32) (param $value i64)
    (local $i i32) (local $d i32)
    (i64.store (i32.const 512) (i64.load (i32.add (i32.const 1024) (i32.shl (local.get $label) (i32.const 3)))))
    (local.set $i (i32.const 16))
    (loop $digits
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (local.set $d (i32.wrap_i64 (i64.and (local.get $value) (i64.const 15))))
      (i32.store8 offset=520 (local.get $i) (i32.add (local.get $d) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $d) (i32.const 10)))))
      (local.set $value (i64.shr_u (local.get $value) (i64.const 4)))
      (br_if $digits (local.get $i)))
    (i32.store8 (i32.const 536) (i32.const 10))
    (i32.store (i32.const 496) (i32.const 512))
    (i32.store (i32.const 500) (i32.const 25))
    (drop (call $write (i32.const 1) (i32.const 496) (i32.const 1) (i32.const 504))))

  (func (export "_start")
    (local $steps i32) (local $before f64) (local $after f64) (local $double i64) (local $fixed i64) (local $relaxed i64)
    (call $start)
    (call $make)
    (local.set $before (call $energy))
    (local.set $steps (i32.const 12000))
    (loop $again
      (call $step (f64.const 0.0005))
      (br_if $again (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
    (local.set $after (call $energy))
    (local.set $double (call $double (i32.const 180) (i32.const 400)))
    (local.set $fixed (call $fixed (i32.const 160) (i32.const 300)))
    (local.set $relaxed (call $relaxed (i32.const 100)))
    (call $end)
    (call $line (i32.const 0) (i64.reinterpret_f64 (local.get $after)))
    ;; How far the energy drifted, in thousandths: small if the integration is right.
    (call $line (i32.const 1) (i64.trunc_sat_f64_s (f64.abs (f64.mul (f64.div (f64.sub (local.get $after) (local.get $before)) (local.get $before)) (f64.const 1000)))))
    (call $line (i32.const 2) (call $places))
    (call $line (i32.const 3) (local.get $double))
    (call $line (i32.const 4) (local.get $fixed))
    (call $line (i32.const 5) (local.get $relaxed))))

; What lisp.zig runs. Every value that is not nil is printed.
(define (append a b) (if (null? a) b (cons (car a) (append (cdr a) b))))
(define (reverse l) (let ((r '())) (while l (set! r (cons (car l) r)) (set! l (cdr l))) r))
(define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l)))))
(define (filter f l) (cond ((null? l) '()) ((f (car l)) (cons (car l) (filter f (cdr l)))) (t (filter f (cdr l)))))
(define (fold f a l) (if (null? l) a (fold f (f a (car l)) (cdr l))))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) '()))
(define (length l) (fold (lambda (n x) (+ n 1)) 0 l))
(define (nth l n) (if (= n 0) (car l) (nth (cdr l) (- n 1))))

(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(fib 22)

(define (tak x y z) (if (< y x) (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y)) z))
(tak 12 8 4)

(fold + 0 (map (lambda (x) (* x x)) (filter (lambda (x) (= (mod x 3) 1)) (range 0 1500))))

; quicksort of lists
(define (sort l)
  (if (null? l) '()
    (let ((p (car l)))
      (append (sort (filter (lambda (x) (< x p)) (cdr l)))
              (cons p (sort (filter (lambda (x) (not (< x p))) (cdr l))))))))
(define seed 42)
(define (random n) (set! seed (mod (+ (* seed 1103) 12345) 65536)) (mod seed n))
(sort (map (lambda (x) (random 1000)) (range 0 40)))
(length (sort (map (lambda (x) (random 30000)) (range 0 1500))))

; a tail call that would overflow any stack
(define (count n) (if (= n 0) 'done (count (- n 1))))
(count 100000)

; queens, by lists
(define (safe? q d placed)
  (or (null? placed)
      (and (not (= (car placed) q)) (not (= (car placed) (+ q d))) (not (= (car placed) (- q d))) (safe? q (+ d 1) (cdr placed)))))
(define (queens n k placed)
  (if (= k 0) 1
    (fold (lambda (sum q) (if (safe? q 1 placed) (+ sum (queens n (- k 1) (cons q placed))) sum)) 0 (range 0 n))))
(queens 6 6 '())

; symbolic differentiation and simplification
(define (sum a b) (cond ((eq? a 0) b) ((eq? b 0) a) (t (list '+ a b))))
(define (product a b) (cond ((or (eq? a 0) (eq? b 0)) 0) ((eq? a 1) b) ((eq? b 1) a) (t (list '* a b))))
(define (d e x)
  (cond ((symbol? e) (if (eq? e x) 1 0))
        ((not (pair? e)) 0)
        ((eq? (car e) '+) (sum (d (nth e 1) x) (d (nth e 2) x)))
        (t (sum (product (nth e 1) (d (nth e 2) x)) (product (d (nth e 1) x) (nth e 2))))))
(define poly '(+ (* a (* x (* x x))) (+ (* b (* x x)) (+ (* c x) 7))))
(d poly 'x)
(define (repeat n f) (if (= n 0) '() (begin (f) (repeat (- n 1) f))))
(repeat 60 (lambda () (d (d (d poly 'x) 'x) 'x)))

; a sieve in a vector
(define sieve (make-vector 20000 t))
(define (clear i step) (while (< i 20000) (vector-set! sieve i '()) (set! i (+ i step))))
(define primes 0)
(define (scan i)
  (while (< i 20000)
    (if (vector-ref sieve i) (begin (set! primes (+ primes 1)) (clear (+ i i) i)))
    (set! i (+ i 1))))
(scan 2)
primes

; binary trees, made and dropped
(define (tree n) (if (= n 0) (cons '() '()) (cons (tree (- n 1)) (tree (- n 1)))))
(define (check tree) (if (null? (car tree)) 1 (+ 1 (+ (check (car tree)) (check (cdr tree))))))
(define kept (tree 11))
(define total 0)
(repeat 8 (lambda () (set! total (+ total (check (tree 9))))))
(list total (check kept))

; closures as objects
(define (counter) (let ((n 0)) (lambda (k) (set! n (+ n k)) n)))
(define one (counter))
(define two (counter))
(repeat 500 (lambda () (begin (one 2) (two 3))))
(list (one 0) (two 0))
(gc)

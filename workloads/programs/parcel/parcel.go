// A parcel service in Go: goroutines that hand parcels to each other over channels, a road network with shortest paths by a heap, maps and slices, interfaces,
// generics, records as text both ways, sorting, big numbers, panics, a garbage collector. What Go's own compiler makes of a program and its run time: functions as
// loops over a program counter so that goroutines can be suspended, over a megabyte of them.
package main

import (
	"container/heap"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/big"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:wasmimport bench start
func benchStart()

//go:wasmimport bench end
func benchEnd()

type random uint64

func (r *random) below(limit int) int {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return int(uint64(*r) >> 33 % uint64(limit))
}

// ---- roads: a graph, shortest paths from a place

type edge struct {
	to     int
	length float64
}

type network struct {
	roads [][]edge
	x, y  []float64
}

func newNetwork(places int, r *random) *network {
	n := &network{roads: make([][]edge, places), x: make([]float64, places), y: make([]float64, places)}
	for i := range places {
		n.x[i], n.y[i] = float64(r.below(1000)), float64(r.below(1000))
	}
	for i := range places {
		for range 3 {
			n.join(i, r.below(places))
		}
		n.join(i, (i+1)%places)
	}
	return n
}

func (n *network) join(a, b int) {
	length := math.Hypot(n.x[a]-n.x[b], n.y[a]-n.y[b]) + 1
	n.roads[a] = append(n.roads[a], edge{b, length})
	n.roads[b] = append(n.roads[b], edge{a, length})
}

type stop struct {
	place    int
	distance float64
}

type frontier []stop

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return f[i].distance < f[j].distance }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(stop)) }
func (f *frontier) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

func (n *network) distances(from int) []float64 {
	best := make([]float64, len(n.roads))
	for i := range best {
		best[i] = math.Inf(1)
	}
	best[from] = 0
	f := &frontier{{from, 0}}
	for f.Len() > 0 {
		s := heap.Pop(f).(stop)
		if s.distance > best[s.place] {
			continue
		}
		for _, e := range n.roads[s.place] {
			if d := s.distance + e.length; d < best[e.to] {
				best[e.to] = d
				heap.Push(f, stop{e.to, d})
			}
		}
	}
	return best
}

// ---- parcels, of several kinds

type parcel interface {
	price(distance float64) float64
	label() string
}

type letter struct{ Grams int }
type crate struct {
	Width, Height, Depth int
	Fragile              bool
}
type insured struct {
	Inner parcel
	Value int
}

func (l letter) price(d float64) float64 { return 1 + float64(l.Grams)/100 + d/1000 }
func (l letter) label() string           { return fmt.Sprintf("letter of %d g", l.Grams) }
func (c crate) price(d float64) float64 {
	p := float64(c.Width*c.Height*c.Depth)/5000 + d/100
	if c.Fragile {
		p *= 1.5
	}
	return p
}
func (c crate) label() string {
	return fmt.Sprintf("crate %dx%dx%d%s", c.Width, c.Height, c.Depth, map[bool]string{true: ", fragile"}[c.Fragile])
}
func (i insured) price(d float64) float64 { return i.Inner.price(d) + float64(i.Value)*0.01 }
func (i insured) label() string           { return i.Inner.label() + fmt.Sprintf(", insured for %d", i.Value) }

func newParcel(r *random) parcel {
	switch r.below(4) {
	case 0, 1:
		return letter{10 + r.below(500)}
	case 2:
		return crate{5 + r.below(90), 5 + r.below(60), 5 + r.below(40), r.below(3) == 0}
	default:
		return insured{newParcel(r), 100 * (1 + r.below(50))}
	}
}

type order struct {
	ID, From, To    int
	Label           string
	Distance, Price float64
	Tags            []string
}

// ---- a pipeline of goroutines: intake, routing by several workers, pricing, and one that puts them in order again

type job struct {
	order
	item parcel
}

func pipeline(n *network, count int, seed random) []order {
	taken, routed, done := make(chan job, 16), make(chan job, 4), make(chan order)
	go func() {
		r := seed
		for id := range count {
			taken <- job{order{ID: id, From: r.below(12) * 7, To: r.below(len(n.roads))}, newParcel(&r)}
		}
		close(taken)
	}()
	var lock sync.Mutex
	known := map[int][]float64{}
	var workers sync.WaitGroup
	for range 4 {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for j := range taken {
				lock.Lock()
				d, ok := known[j.From]
				lock.Unlock()
				if !ok {
					d = n.distances(j.From)
					lock.Lock()
					known[j.From] = d
					lock.Unlock()
				}
				j.Distance = math.Round(d[j.To]*100) / 100
				routed <- j
				runtime.Gosched()
			}
		}()
	}
	go func() {
		workers.Wait()
		close(routed)
	}()
	go func() {
		for j := range routed {
			j.Label = j.item.label()
			j.Price = math.Round(j.item.price(j.Distance)*100) / 100
			if j.Price > 50 {
				j.Tags = append(j.Tags, "dear")
			}
			if strings.Contains(j.Label, "fragile") {
				j.Tags = append(j.Tags, "careful")
			}
			done <- j.order
		}
		close(done)
	}()
	var all []order
	for o := range done {
		all = append(all, o)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// ---- generic helpers

type keyed[K comparable, V any] struct {
	key   K
	value V
}

func grouped[T any, K comparable](items []T, key func(T) K) []keyed[K, []T] {
	places := map[K]int{}
	var groups []keyed[K, []T]
	for _, item := range items {
		k := key(item)
		at, ok := places[k]
		if !ok {
			at = len(groups)
			places[k] = at
			groups = append(groups, keyed[K, []T]{key: k})
		}
		groups[at].value = append(groups[at].value, item)
	}
	return groups
}

func sum[T any](items []T, of func(T) float64) float64 {
	total := 0.0
	for _, item := range items {
		total += of(item)
	}
	return total
}

// ---- reports

type line struct {
	Kind    string
	Count   int
	Total   float64
	Careful int
}

func reported(orders []order) string {
	var lines []line
	for _, g := range grouped(orders, func(o order) string { return strings.Fields(o.Label)[0] }) {
		l := line{Kind: g.key, Count: len(g.value), Total: sum(g.value, func(o order) float64 { return o.Price })}
		for _, o := range g.value {
			for _, tag := range o.Tags {
				if tag == "careful" {
					l.Careful++
				}
			}
		}
		lines = append(lines, l)
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].Kind < lines[j].Kind })
	var out strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&out, "%-10s %5d %10.2f", l.Kind, l.Count, l.Total)
		if l.Careful > 0 {
			fmt.Fprintf(&out, " (%d careful)", l.Careful)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// ---- records as text: fields with tabs between them, tags with commas

func encode(orders []order) string {
	var out strings.Builder
	for _, o := range orders {
		fields := []string{strconv.Itoa(o.ID), strconv.Itoa(o.From), strconv.Itoa(o.To), strconv.Quote(o.Label), strconv.FormatFloat(o.Distance, 'g', -1, 64),
			strconv.FormatFloat(o.Price, 'g', -1, 64), strings.Join(o.Tags, ",")}
		out.WriteString(strings.Join(fields, "\t"))
		out.WriteByte('\n')
	}
	return out.String()
}

var errFields = errors.New("not seven fields")

func decode(text string) (orders []order, err error) {
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) != 7 {
			return nil, fmt.Errorf("line %d: %w", number+1, errFields)
		}
		var o order
		var problems [6]error
		o.ID, problems[0] = strconv.Atoi(fields[0])
		o.From, problems[1] = strconv.Atoi(fields[1])
		o.To, problems[2] = strconv.Atoi(fields[2])
		o.Label, problems[3] = strconv.Unquote(fields[3])
		o.Distance, problems[4] = strconv.ParseFloat(fields[4], 64)
		o.Price, problems[5] = strconv.ParseFloat(fields[5], 64)
		if e := errors.Join(problems[:]...); e != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, e)
		}
		if fields[6] != "" {
			o.Tags = strings.Split(fields[6], ",")
		}
		orders = append(orders, o)
	}
	return orders, nil
}

func insuredValue(orders []order) (count, value int) {
	for _, o := range orders {
		if _, after, ok := strings.Cut(o.Label, "insured for "); ok {
			digits, _, _ := strings.Cut(after, ",")
			n, err := strconv.Atoi(digits)
			if err == nil {
				count++
				value += n
			}
		}
	}
	return count, value
}

// Fermat's test for a few numbers of the form k * 2^n + 1.
func probablePrimes() (found []string) {
	for k := int64(3); k < 40; k += 2 {
		for n := uint(100); n < 112; n++ {
			p := new(big.Int).Lsh(big.NewInt(k), n)
			p.Add(p, big.NewInt(1))
			less := new(big.Int).Sub(p, big.NewInt(1))
			if new(big.Int).Exp(big.NewInt(3), less, p).Cmp(big.NewInt(1)) == 0 {
				found = append(found, fmt.Sprintf("%d*2^%d+1", k, n))
			}
		}
	}
	return found
}

func safely(f func()) (what string) {
	defer func() {
		if r := recover(); r != nil {
			what = fmt.Sprint(r)
		}
	}()
	f()
	return "nothing"
}

func main() {
	benchStart()
	seed := random(0x9E3779B97F4A7C15)
	roads := newNetwork(600, &seed)
	orders := pipeline(roads, 2500, seed)
	text := encode(orders)
	back, err := decode(text)
	count, value := insuredValue(back)
	_, broken := decode(text[:200] + "\n\t\tx")
	_, wrong := decode(strings.Replace(text, "0\t", "zero\t", 1))
	summary := reported(back)
	primes := probablePrimes()
	f := fnv.New64a()
	f.Write([]byte(text))
	empty := []int{}
	var nothing *network
	panics := []string{safely(func() { _ = empty[seed.below(1)] }), safely(func() { nothing.x = nil }), safely(func() { panic("thrown") }), safely(func() {})}
	benchEnd()

	fmt.Print(summary)
	fmt.Println("orders:", len(back), "error:", err)
	fmt.Printf("text: %d bytes, %016x\n", len(text), f.Sum64())
	fmt.Println("insured:", count, value)
	fmt.Println("errors:", broken, "and", wrong, errors.Is(broken, errFields))
	fmt.Println("primes:", strings.Join(primes, " "))
	fmt.Println("panics:", strings.Join(panics, "; "))
	if err != nil {
		os.Exit(1)
	}
}

// Chess: bitboards, moves of sliders by rays, perft against published counts, then a search: alpha-beta with a transposition table, quiescence, killer moves, null
// moves, an evaluation. Recursion with pruning, templates over colour, counting and scanning of bits, unpredictable branches, a hash table larger than the cache.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

extern "C" {
__attribute__((import_module("bench"), import_name("start"))) void bench_start();
__attribute__((import_module("bench"), import_name("end"))) void bench_end();
}

namespace {

using Board = uint64_t;
enum Colour { White, Black };
enum Piece : uint8_t { Pawn, Knight, Bishop, Rook, Queen, King, None };

constexpr Board bit(int square) { return Board(1) << square; }
int lowest(Board b) { return __builtin_ctzll(b); }
int highest(Board b) { return 63 - __builtin_clzll(b); }
int count(Board b) { return __builtin_popcountll(b); }

// ---- attacks

enum Direction { North, South, East, West, NorthEast, SouthWest, NorthWest, SouthEast };

struct Tables {
    Board knight[64], king[64], pawn[2][64], rays[8][64];
    uint64_t keys[2][6][64], castling_keys[16], passing_keys[8], side_key;

    Tables() {
        static constexpr int file_step[8] = {0, 0, 1, -1, 1, -1, -1, 1}, rank_step[8] = {1, -1, 0, 0, 1, -1, 1, -1};
        static constexpr int jumps[8][2] = {{1, 2}, {2, 1}, {2, -1}, {1, -2}, {-1, -2}, {-2, -1}, {-2, 1}, {-1, 2}};
        for (int s = 0; s < 64; s++) {
            int file = s & 7, rank = s >> 3;
            knight[s] = king[s] = 0;
            for (auto& jump : jumps) knight[s] |= at(file + jump[0], rank + jump[1]);
            pawn[White][s] = at(file - 1, rank + 1) | at(file + 1, rank + 1);
            pawn[Black][s] = at(file - 1, rank - 1) | at(file + 1, rank - 1);
            for (int d = 0; d < 8; d++) {
                king[s] |= at(file + file_step[d], rank + rank_step[d]);
                rays[d][s] = 0;
                for (int n = 1; n < 8; n++) rays[d][s] |= at(file + n * file_step[d], rank + n * rank_step[d]);
            }
        }
        uint64_t state = 0x9E3779B97F4A7C15;
        auto next = [&state] {
            state ^= state << 13;
            state ^= state >> 7;
            return state ^= state << 17;
        };
        for (auto& colour : keys) for (auto& piece : colour) for (auto& key : piece) key = next();
        for (auto& key : castling_keys) key = next();
        for (auto& key : passing_keys) key = next();
        side_key = next();
    }

    static Board at(int file, int rank) { return file < 0 || file > 7 || rank < 0 || rank > 7 ? 0 : bit(rank * 8 + file); }
};

const Tables* T;

template <Direction D> Board ray(int square, Board occupied) {
    Board r = T->rays[D][square], blocked = r & occupied;
    if (!blocked) return r;
    constexpr bool up = D == North || D == East || D == NorthEast || D == NorthWest;
    return r ^ T->rays[D][up ? lowest(blocked) : highest(blocked)];
}

Board bishop_attacks(int s, Board o) { return ray<NorthEast>(s, o) | ray<NorthWest>(s, o) | ray<SouthEast>(s, o) | ray<SouthWest>(s, o); }
Board rook_attacks(int s, Board o) { return ray<North>(s, o) | ray<South>(s, o) | ray<East>(s, o) | ray<West>(s, o); }

// ---- positions and moves

struct Move {
    uint8_t from = 0, to = 0, piece = None, taken = None, promoted = None, special = 0;
    bool operator==(const Move& m) const { return from == m.from && to == m.to && promoted == m.promoted; }
};
enum Special { Plain, DoubleStep, Passing, Castle };

std::string text(const Move& m) {
    std::string s = {char('a' + (m.from & 7)), char('1' + (m.from >> 3)), char('a' + (m.to & 7)), char('1' + (m.to >> 3))};
    if (m.promoted != None) s += "pnbrqk"[m.promoted];
    return s;
}

struct Moves {
    std::array<Move, 256> list;
    int size = 0;
    void add(const Move& m) { list[size++] = m; }
    Move* begin() { return list.data(); }
    Move* end() { return list.data() + size; }
};

struct Position {
    Board pieces[2][6] = {}, by_colour[2] = {};
    Colour side = White;
    int castling = 0, passing = -1;
    uint64_t key = 0;

    explicit Position(const char* fen) {
        int square = 56;
        for (; *fen && *fen != ' '; fen++) {
            if (*fen == '/') square -= 16;
            else if (*fen <= '8') square += *fen - '0';
            else {
                static const std::string letters = "pnbrqk";
                put(*fen & 32 ? Black : White, Piece(letters.find(char(*fen | 32))), square++);
            }
        }
        side = *++fen == 'w' ? White : Black;
        if (side == Black) key ^= T->side_key;
        for (fen += 2; *fen && *fen != ' '; fen++) {
            if (*fen == 'K') castling |= 1;
            if (*fen == 'Q') castling |= 2;
            if (*fen == 'k') castling |= 4;
            if (*fen == 'q') castling |= 8;
        }
        key ^= T->castling_keys[castling];
        if (*fen++ && *fen != '-') {
            passing = (fen[1] - '1') * 8 + fen[0] - 'a';
            key ^= T->passing_keys[passing & 7];
        }
    }

    Board occupied() const { return by_colour[White] | by_colour[Black]; }

    void put(Colour c, Piece p, int s) {
        pieces[c][p] ^= bit(s);
        by_colour[c] ^= bit(s);
        key ^= T->keys[c][p][s];
    }

    Piece on(Colour c, int s) const {
        for (int p = Pawn; p <= King; p++) if (pieces[c][p] & bit(s)) return Piece(p);
        return None;
    }

    bool attacked(int s, Colour by) const {
        const Board* p = pieces[by];
        if (T->pawn[!by][s] & p[Pawn] || T->knight[s] & p[Knight] || T->king[s] & p[King]) return true;
        Board o = occupied();
        return bishop_attacks(s, o) & (p[Bishop] | p[Queen]) || rook_attacks(s, o) & (p[Rook] | p[Queen]);
    }

    bool in_check(Colour c) const { return attacked(lowest(pieces[c][King]), Colour(!c)); }

    template <Colour C> void pawn_moves(Moves& moves, bool captures) const {
        constexpr int step = C == White ? 8 : -8;
        const Board o = occupied(), enemies = by_colour[!C];
        for (Board b = pieces[C][Pawn]; b; b &= b - 1) {
            int from = lowest(b), rank = C == White ? from >> 3 : 7 - (from >> 3);
            for (Board t = T->pawn[C][from] & enemies; t; t &= t - 1) pawn_to(moves, from, lowest(t), on(Colour(!C), lowest(t)), rank);
            if (passing >= 0 && T->pawn[C][from] & bit(passing)) moves.add({uint8_t(from), uint8_t(passing), Pawn, Pawn, None, Passing});
            if (o & bit(from + step)) continue;
            if (!captures || rank == 6) pawn_to(moves, from, from + step, None, rank);
            if (!captures && rank == 1 && !(o & bit(from + 2 * step))) moves.add({uint8_t(from), uint8_t(from + 2 * step), Pawn, None, None, DoubleStep});
        }
    }

    static void pawn_to(Moves& moves, int from, int to, Piece taken, int rank) {
        if (rank < 6) {
            moves.add({uint8_t(from), uint8_t(to), Pawn, taken, None, Plain});
            return;
        }
        for (uint8_t p : {Queen, Rook, Bishop, Knight}) moves.add({uint8_t(from), uint8_t(to), Pawn, taken, p, Plain});
    }

    void piece_moves(Moves& moves, Piece piece, int from, Board targets) const {
        for (Board t = targets & ~by_colour[side]; t; t &= t - 1) {
            int to = lowest(t);
            moves.add({uint8_t(from), uint8_t(to), piece, by_colour[!side] & bit(to) ? on(Colour(!side), to) : None, None, Plain});
        }
    }

    template <Colour C> void generate(Moves& moves, bool captures) const {
        const Board o = occupied(), allowed = captures ? by_colour[!C] : ~Board(0);
        pawn_moves<C>(moves, captures);
        for (Board b = pieces[C][Knight]; b; b &= b - 1) piece_moves(moves, Knight, lowest(b), T->knight[lowest(b)] & allowed);
        for (Board b = pieces[C][Bishop]; b; b &= b - 1) piece_moves(moves, Bishop, lowest(b), bishop_attacks(lowest(b), o) & allowed);
        for (Board b = pieces[C][Rook]; b; b &= b - 1) piece_moves(moves, Rook, lowest(b), rook_attacks(lowest(b), o) & allowed);
        for (Board b = pieces[C][Queen]; b; b &= b - 1) piece_moves(moves, Queen, lowest(b), (bishop_attacks(lowest(b), o) | rook_attacks(lowest(b), o)) & allowed);
        int king = lowest(pieces[C][King]);
        piece_moves(moves, King, king, T->king[king] & allowed);
        if (captures) return;
        constexpr int home = C == White ? 4 : 60, rights = C == White ? 0 : 2;
        if (castling >> rights & 1 && !(o & (bit(home + 1) | bit(home + 2))) && !attacked(home, Colour(!C)) && !attacked(home + 1, Colour(!C))) {
            moves.add({home, home + 2, King, None, None, Castle});
        }
        if (castling >> (rights + 1) & 1 && !(o & (bit(home - 1) | bit(home - 2) | bit(home - 3))) && !attacked(home, Colour(!C)) && !attacked(home - 1, Colour(!C))) {
            moves.add({home, home - 2, King, None, None, Castle});
        }
    }

    void moves_of(Moves& moves, bool captures) const {
        if (side == White) generate<White>(moves, captures);
        else generate<Black>(moves, captures);
    }

    // Makes a move; false if it leaves the king in check.
    bool make(const Move& m) {
        Colour us = side, them = Colour(!side);
        if (m.special == Passing) put(them, Pawn, m.to + (us == White ? -8 : 8));
        else if (m.taken != None) put(them, Piece(m.taken), m.to);
        put(us, Piece(m.piece), m.from);
        put(us, m.promoted != None ? Piece(m.promoted) : Piece(m.piece), m.to);
        if (m.special == Castle) {
            bool king_side = m.to > m.from;
            put(us, Rook, king_side ? m.to + 1 : m.to - 2);
            put(us, Rook, king_side ? m.to - 1 : m.to + 1);
        }
        static constexpr auto kept = [] {
            std::array<uint8_t, 64> k{};
            for (auto& v : k) v = 15;
            k[0] = 13; k[4] = 12; k[7] = 14; k[56] = 7; k[60] = 3; k[63] = 11;
            return k;
        }();
        key ^= T->castling_keys[castling];
        castling &= kept[m.from] & kept[m.to];
        key ^= T->castling_keys[castling];
        if (passing >= 0) key ^= T->passing_keys[passing & 7];
        passing = m.special == DoubleStep ? (m.from + m.to) / 2 : -1;
        if (passing >= 0) key ^= T->passing_keys[passing & 7];
        side = them;
        key ^= T->side_key;
        return !in_check(us);
    }

    void pass() {
        if (passing >= 0) key ^= T->passing_keys[passing & 7];
        passing = -1;
        side = Colour(!side);
        key ^= T->side_key;
    }
};

uint64_t perft(const Position& p, int depth) {
    Moves moves;
    uint64_t leaves = 0;
    p.moves_of(moves, false);
    for (const Move& m : moves) {
        Position next = p;
        if (next.make(m)) leaves += depth == 1 ? 1 : perft(next, depth - 1);
    }
    return leaves;
}

// ---- evaluation: material, places, mobility, pawns, shelter

constexpr int worth[6] = {100, 320, 330, 500, 900, 0};

int centre(int s) {
    int file = s & 7, rank = s >> 3;
    return std::min(file, 7 - file) + std::min(rank, 7 - rank);
}

template <Colour C> int evaluate_side(const Position& p) {
    const Board o = p.occupied(), own = p.pieces[C][Pawn];
    int score = 0;
    for (int piece = Pawn; piece < King; piece++) score += worth[piece] * count(p.pieces[C][piece]);
    for (Board b = own; b; b &= b - 1) {
        int s = lowest(b), rank = C == White ? s >> 3 : 7 - (s >> 3);
        Board file = T->rays[North][s] | T->rays[South][s], ahead = T->rays[C == White ? North : South][s];
        score += rank * rank * 2 + centre(s) * 3;
        if (file & own) score -= 12;
        if (!(ahead & p.pieces[!C][Pawn])) score += 4 * rank;
        if (T->pawn[!C][s] & own) score += 8;
    }
    for (Board b = p.pieces[C][Knight]; b; b &= b - 1) score += 5 * centre(lowest(b)) + 2 * count(T->knight[lowest(b)] & ~p.by_colour[C]);
    for (Board b = p.pieces[C][Bishop]; b; b &= b - 1) score += 4 * count(bishop_attacks(lowest(b), o));
    for (Board b = p.pieces[C][Rook]; b; b &= b - 1) score += 2 * count(rook_attacks(lowest(b), o)) + (T->rays[C == White ? North : South][lowest(b)] & own ? 0 : 15);
    for (Board b = p.pieces[C][Queen]; b; b &= b - 1) score += count(bishop_attacks(lowest(b), o) | rook_attacks(lowest(b), o));
    int king = lowest(p.pieces[C][King]);
    return score + 9 * count(T->king[king] & own) - (p.pieces[!C][Queen] ? 8 * centre(king) : -8 * centre(king));
}

int evaluate(const Position& p) {
    int score = evaluate_side<White>(p) - evaluate_side<Black>(p);
    return p.side == White ? score : -score;
}

// ---- search

enum Bound : uint8_t { Empty, Exact, Lower, Upper };
struct Entry {
    uint64_t key = 0;
    Move move;
    int16_t score = 0;
    int8_t depth = 0;
    Bound bound = Empty;
};

class Search {
    static constexpr int Mate = 30000, Infinite = 32000, Deepest = 64;
    std::vector<Entry> table = std::vector<Entry>(1 << 15);
    Move killers[Deepest][2];
    int history[2][64][64] = {};

    int order(const Position& p, const Move& m, const Move& best, int ply) const {
        if (m == best) return 1 << 30;
        if (m.taken != None) return (1 << 20) + 16 * worth[m.taken] - worth[m.piece];
        if (m.promoted != None) return (1 << 20) + worth[m.promoted];
        if (m == killers[ply][0]) return (1 << 19) + 1;
        if (m == killers[ply][1]) return 1 << 19;
        return history[p.side][m.from][m.to];
    }

    void sort(const Position& p, Moves& moves, const Move& best, int ply) const {
        std::array<std::pair<int, int>, 256> keyed;
        for (int i = 0; i < moves.size; i++) keyed[i] = {-order(p, moves.list[i], best, ply), i};
        std::sort(keyed.begin(), keyed.begin() + moves.size);
        Moves sorted;
        for (int i = 0; i < moves.size; i++) sorted.add(moves.list[keyed[i].second]);
        moves = sorted;
    }

    int quiet(const Position& p, int alpha, int beta, int ply) {
        nodes++;
        int score = evaluate(p);
        if (score >= beta || ply >= Deepest - 1) return score;
        alpha = std::max(alpha, score);
        Moves moves;
        p.moves_of(moves, true);
        sort(p, moves, Move(), ply);
        for (const Move& m : moves) {
            if (m.promoted == None && m.taken != None && score + worth[m.taken] + 200 < alpha) continue;
            Position next = p;
            if (!next.make(m)) continue;
            int value = -quiet(next, -beta, -alpha, ply + 1);
            if (value >= beta) return value;
            alpha = std::max(alpha, value);
        }
        return alpha;
    }

    int search(const Position& p, int depth, int alpha, int beta, int ply, bool may_pass) {
        bool check = p.in_check(p.side);
        if (check) depth++;
        if (depth <= 0 || ply >= Deepest - 1) return quiet(p, alpha, beta, ply);
        nodes++;
        Entry& entry = table[p.key & (table.size() - 1)];
        Move best;
        if (entry.key == p.key) {
            hits++;
            best = entry.move;
            bool enough = entry.bound == Exact || (entry.bound == Lower && entry.score >= beta) || (entry.bound == Upper && entry.score <= alpha);
            if (entry.depth >= depth && enough && ply > 0) return entry.score;
        }
        if (may_pass && !check && depth >= 3 && p.by_colour[p.side] & ~(p.pieces[p.side][Pawn] | p.pieces[p.side][King])) {
            Position next = p;
            next.pass();
            int value = -search(next, depth - 3, -beta, -beta + 1, ply + 1, false);
            if (value >= beta) return value;
        }
        Moves moves;
        p.moves_of(moves, false);
        sort(p, moves, best, ply);
        int from = alpha, top = -Infinite, tried = 0;
        for (const Move& m : moves) {
            Position next = p;
            if (!next.make(m)) continue;
            tried++;
            int less = tried > 4 && depth >= 3 && !check && m.taken == None && m.promoted == None ? 1 : 0, value = alpha + 1;
            if (tried > 1) value = -search(next, depth - 1 - less, -alpha - 1, -alpha, ply + 1, true);
            if (tried == 1 || value > alpha) value = -search(next, depth - 1, -beta, -alpha, ply + 1, true);
            if (value > top) {
                top = value;
                best = m;
                if (ply == 0) chosen = m;
            }
            alpha = std::max(alpha, value);
            if (alpha >= beta) {
                if (m.taken == None && !(m == killers[ply][0])) {
                    killers[ply][1] = killers[ply][0];
                    killers[ply][0] = m;
                    history[p.side][m.from][m.to] += depth * depth;
                }
                break;
            }
        }
        if (!tried) return check ? ply - Mate : 0;
        entry = {p.key, best, int16_t(top), int8_t(depth), top >= beta ? Lower : top > from ? Exact : Upper};
        return top;
    }

public:
    uint64_t nodes = 0, hits = 0;
    Move chosen;

    int think(const Position& p, int depth) {
        int score = 0;
        for (int d = 1; d <= depth; d++) score = search(p, d, -Infinite, Infinite, 0, false);
        return score;
    }
};

struct Count { const char* fen; int depth; uint64_t leaves; };
const Count counts[] = {
    {"rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", 4, 197281},
    {"r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1", 3, 97862},
    {"8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1", 4, 43238},
    {"r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1", 3, 9467},
};

struct Problem { const char* fen; int depth; };
const Problem problems[] = {
    {"r1bqkbnr/pppp1ppp/2n5/4p3/2B1P3/5Q2/PPPP1PPP/RNB1K1NR w KQkq - 0 1", 5},
    {"2rr3k/pp3pp1/1nnqbN1p/3pN3/2pP4/2P3Q1/PPB4P/R4RK1 w - - 0 1", 5},
    {"8/8/8/8/8/4k3/4p3/4K3 w - - 0 1", 6},
    {"r1bq2rk/pp3pbp/2p1p1pQ/7P/3P4/2PB1N2/PP3PPR/2KR4 w - - 0 1", 5},
    {"8/k7/3p4/p2P1p2/P2P1P2/8/8/K7 w - - 0 1", 14},
};

}  // namespace

int main() {
    struct Answer { Move move; int score; uint64_t nodes, hits; };
    uint64_t leaves[std::size(counts)];
    std::vector<Answer> answers;
    bench_start();
    static const Tables tables;
    T = &tables;
    for (size_t i = 0; i < std::size(counts); i++) leaves[i] = perft(Position(counts[i].fen), counts[i].depth);
    for (const Problem& problem : problems) {
        Search search;
        int score = search.think(Position(problem.fen), problem.depth);
        answers.push_back({search.chosen, score, search.nodes, search.hits});
    }
    bench_end();
    for (size_t i = 0; i < std::size(counts); i++) std::printf("perft %d: %llu %s\n", counts[i].depth, (unsigned long long) leaves[i], leaves[i] == counts[i].leaves ? "ok" : "WRONG");
    for (const Answer& a : answers) std::printf("%s %d, %llu nodes, %llu hits\n", text(a.move).c_str(), a.score, (unsigned long long) a.nodes, (unsigned long long) a.hits);
}

package dev.backbench.cranelift;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.spi.filetest.Filetest;
import dev.backbench.spi.filetest.FiletestException;
import dev.backbench.spi.filetest.FiletestTool;
import java.util.ArrayList;
import java.util.List;

/** CLIF for the conformance runner. */
public final class ClifFiletests implements FiletestTool {
    @Override
    public String backend() {
        return "cranelift-port";
    }

    @Override
    public String form() {
        return "clif";
    }

    @Override
    public Filetest open(byte[] text) throws FiletestException {
        List<Function> functions = new ArrayList<>();
        try {
            Parser parser = new Parser(text);
            for (Function f = new Function(); parser.next(f); f = new Function()) functions.add(f);
        } catch (ClifException e) {
            throw new FiletestException(e.line, e.column, e.what);
        }
        return new ClifFiletest(functions);
    }
}

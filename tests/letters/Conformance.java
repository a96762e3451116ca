import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/** Prints a line for each rule of PDF/A-3b and PDF/UA-1 that a file breaks, by veraPDF. */
public class Conformance {
  static void check(String file, PDFAFlavour standard) throws Exception {
    var foundry = Foundries.defaultInstance();
    try (PDFAParser parser = foundry.createParser(new FileInputStream(file), standard)) {
      var result = foundry.createValidator(standard, false).validate(parser);
      for (TestAssertion one : result.getTestAssertions()) {
        var rule = one.getRuleId();
        System.out.println(
            String.join("\t", file, standard.toString(),
                rule.getClause() + "-" + rule.getTestNumber(), one.getMessage()));
      }
      System.out.println(
          String.join("\t", file, standard.toString(), "checks", "" + result.getTotalAssertions()));
    }
  }

  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files) {
      check(file, PDFAFlavour.PDFA_3_B);
      check(file, PDFAFlavour.PDFUA_1);
    }
  }
}

import unittest

from busbar.similar import MAX_COMPARED, MAX_READ, nearest, similar


class SimilarTest(unittest.TestCase):
    def test_a_mistyped_name(self):
        known = ["Cube", "Cube.001", "Camera", "Light", "Suzanne"]
        cases = {
            "Cubee": "Did you mean Cube, Cube.001?",
            "suzane": "Did you mean Suzanne?",
            "cam": "Did you mean Camera?",
            "xyz": "There are: Cube, Cube.001, Camera, Light, Suzanne.",
            "": "There are: Cube, Cube.001, Camera, Light, Suzanne.",
        }
        self.assertEqual({name: similar(name, known) for name in cases}, cases)
        self.assertEqual(similar("Cube", []), "There are none.")
        many = (f"Tree.{number}" for number in range(11))
        self.assertRegex(similar("xyz", many), r"^There are: Tree\.0, .*, Tree\.9 and more\.$")

    def test_it_is_found_among_fifty_thousand_and_no_more_are_read_than_it_takes(self):
        read = []

        def names():
            for number in range(50_000):
                read.append(number)
                yield f"Rock.{number:05}" if number != 19_000 else "Gate of the Town"

        self.assertEqual(similar("gate of teh Town", names()), "Did you mean Gate of the Town?")
        self.assertEqual(len(read), MAX_READ + 1)

    def test_few_are_compared_letter_by_letter(self):
        names = [f"Rock.{number:05}" for number in range(20_000)]
        close = nearest("rokc.12345", names)
        self.assertEqual((MAX_COMPARED, len(close), close[0]), (300, 300, "Rock.12345"))
        self.assertEqual(similar("x" * 1_000_000, names), similar("x" * 255, names))


if __name__ == "__main__":
    unittest.main()

//! Characters that a PDF names by their radical: programs that print from a font name 行 as the radical ⾏ (U+2F8F), which looks the same and
//! is another character.

/// The ideographs of the radicals U+2F00 to U+2FD5, in order; 户 as the mainland prints it.
const RADICALS: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴\
廾弋弓彐彡彳心戈户手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿\
目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵\
邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

/// Radicals of the supplement U+2E80, each followed by its ideograph.
const SUPPLEMENT: &str = "⺁厂⺅亻⺆冂⺌小⺗心⺘扌⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺣灬⺮竹⺰纟⺶羊⺹耂⺻聿⺼肉⻁虎⻂衤⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻏阝⻓长⻔门⻖阝⻘青⻙韦⻚页⻛风⻜飞⻝食⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻮齿⻯竜⻰龙⻳龟";

/// The ideograph that a radical stands for; any other character is itself.
pub fn ideograph(letter: char) -> char {
    match letter {
        '\u{2f00}'..='\u{2fd5}' => RADICALS.chars().nth((u32::from(letter) - 0x2f00) as usize).unwrap_or(letter),
        '\u{2e80}'..='\u{2ef3}' => {
            let mut pairs = SUPPLEMENT.chars();
            while let (Some(radical), Some(meant)) = (pairs.next(), pairs.next()) {
                if radical == letter {
                    return meant;
                }
            }
            letter
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::ideograph;

    #[test]
    fn radicals_become_the_characters_they_look_like() {
        for (radical, meant) in [
            ('\u{2f00}', '一'),
            ('\u{2f08}', '人'),
            ('\u{2f3e}', '户'),
            ('\u{2f8f}', '行'),
            ('\u{2fd5}', '龠'),
            ('\u{2ed4}', '门'),
            ('户', '户'),
        ] {
            assert_eq!(ideograph(radical), meant);
        }
    }
}
